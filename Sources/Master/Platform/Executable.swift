internal import CLinux
package import Contract
import Glibc

/// A program that was opened once: every start of it runs the same file, whatever stands at its path by now.
package final class Executable {
    package let path: String
    /// Starts with `#!`: its interpreter opens it by the descriptor, which therefore stays open in the child.
    package let isScript: Bool
    private let file: FileDescriptor

    /// - Throws: what keeps the file from being run.
    package init(opening path: String) throws(SystemError) {
        // A pipe or a device by that name must not keep this process waiting.
        let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY
        file = FileDescriptor(owning: try check("open") { open(path, flags) })
        let number = file.number
        var information = stat()
        _ = try check("fstat") { fstat(number, &information) }
        guard information.st_mode & S_IFMT == S_IFREG else { throw SystemError("open", errno: EISDIR) }
        _ = try check("access") { faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) }
        var start: (UInt8, UInt8) = (0, 0)
        let count = try check("pread") { pread(number, &start, 2, 0) }
        isScript = count == 2 && start == (UInt8(ascii: "#"), UInt8(ascii: "!"))
        self.path = path
    }

    var descriptor: Int32 { file.number }
}
