internal import CLinux
internal import Contract
package import Linux
import Glibc
internal import SystemPackage

/// A program that was opened once: every start runs the same file, even if the path now leads to another.
package final class Executable {
    package let path: String
    /// Whether it starts with `#!`. The interpreter opens it by the descriptor, so that stays open in the child.
    package let isScript: Bool
    private let file: OwnedDescriptor

    /// - Throws: what keeps the file from being run.
    package init(opening path: String) throws(SystemError) {
        // Opening a pipe or a device must not block.
        let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY
        file = OwnedDescriptor(owning: try check("open") { open(path, flags) })
        let number = file.number
        var information = stat()
        _ = try check("fstat") { fstat(number, &information) }
        guard information.isOf(S_IFREG) else { throw SystemError("open", errno: .isDirectory) }
        _ = try check("access") { faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) }
        var start: (UInt8, UInt8) = (0, 0)
        let count = try check("pread") { pread(number, &start, 2, 0) }
        isScript = count == 2 && start == (UInt8(ascii: "#"), UInt8(ascii: "!"))
        self.path = path
    }

    /// A program that this process opened before an exec.
    /// - Throws: EBADF if the descriptor is not open.
    package init(resuming descriptor: Int32, path: String, isScript: Bool) throws(SystemError) {
        _ = try check("fcntl") { fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        file = OwnedDescriptor(owning: descriptor)
        self.path = path
        self.isScript = isScript
    }

    /// Whether both are the same file with the same modification time.
    package func isSameFile(as other: Executable) -> Bool {
        var own = stat()
        var others = stat()
        guard fstat(descriptor, &own) == 0, fstat(other.descriptor, &others) == 0 else { return false }
        return own.st_dev == others.st_dev && own.st_ino == others.st_ino
            && own.st_mtim.tv_sec == others.st_mtim.tv_sec && own.st_mtim.tv_nsec == others.st_mtim.tv_nsec
    }

    /// Whether the path leads to this file.
    package func isFile(at path: String) -> Bool {
        var own = stat()
        var others = stat()
        guard fstat(descriptor, &own) == 0, stat(path, &others) == 0 else { return false }
        return FileIdentity(of: own) == FileIdentity(of: others)
    }

    /// Must stay open across an exec.
    package var descriptor: Int32 { file.number }

    /// Replaces this process by exec. The pid, the children, the signal mask and pending signals stay.
    /// - Parameters:
    ///   - arguments: after the program's own name.
    ///   - keeping: the descriptors that stay open, beside the standard streams.
    /// - Returns: only if exec fails; then nothing has changed.
    package func replaceProcess(
        arguments: [String], environment: [String: String], keeping: [Int32]
    ) -> SystemError {
        var strings = CStrings()
        defer { strings.free() }
        let arguments = strings.array([path] + arguments)
        let environment = strings.array(environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
        let kept = keeping + (isScript ? [descriptor] : [])
        brigade_replace(descriptor, UnsafePointer(arguments), UnsafePointer(environment), kept, Int32(kept.count))
        return SystemError("exec of \(path)")
    }
}
