internal import CLinux
internal import Contract
package import Linux
import Glibc
internal import SystemPackage

/// A program that was opened once: every start of it runs the same file, whatever stands at its path by now.
package final class Executable {
    package let path: String
    /// Starts with `#!`: its interpreter opens it by the descriptor, which therefore stays open in the child.
    package let isScript: Bool
    private let file: OwnedDescriptor

    /// - Throws: what keeps the file from being run.
    package init(opening path: String) throws(SystemError) {
        // A pipe or a device by that name must not keep this process waiting.
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

    /// One that was opened before an exec of this process.
    /// - Throws: EBADF when there is no such descriptor.
    package init(resuming descriptor: Int32, path: String, isScript: Bool) throws(SystemError) {
        _ = try check("fcntl") { fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        file = OwnedDescriptor(owning: descriptor)
        self.path = path
        self.isScript = isScript
    }

    /// Whether it is the very file that the other one is, and has not been written to since.
    package func isSameFile(as other: Executable) -> Bool {
        var own = stat()
        var others = stat()
        guard fstat(descriptor, &own) == 0, fstat(other.descriptor, &others) == 0 else { return false }
        return own.st_dev == others.st_dev && own.st_ino == others.st_ino
            && own.st_mtim.tv_sec == others.st_mtim.tv_sec && own.st_mtim.tv_nsec == others.st_mtim.tv_nsec
    }

    /// Whether it is what stands at that path now, by whatever name.
    package func isFile(at path: String) -> Bool {
        var own = stat()
        var others = stat()
        guard fstat(descriptor, &own) == 0, stat(path, &others) == 0 else { return false }
        return FileIdentity(of: own) == FileIdentity(of: others)
    }

    /// To be kept across an exec.
    package var descriptor: Int32 { file.number }

    /// Runs it in the place of this process, which keeps its pid, its children, its signal mask and what is pending.
    /// - Parameters:
    ///   - arguments: after the program's own name.
    ///   - keeping: the descriptors that stay open, beside the standard streams.
    /// - Returns: only when it fails, and everything is as it was.
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
