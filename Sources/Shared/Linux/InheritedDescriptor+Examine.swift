package import Contract
import Glibc

extension InheritedDescriptor {
    /// Whether a log can be written to it. What this process opens itself is closed on exec, and is not meant.
    /// - Throws: why not.
    package func examine() throws(InvalidValue) {
        guard let flags = try? check("fcntl", { fcntl(number, F_GETFD) }), isStandard || flags & FD_CLOEXEC == 0 else {
            throw InvalidValue("whoever started this process has given it no descriptor \(number)")
        }
        guard fcntl(number, F_GETFL) & O_ACCMODE != O_RDONLY else {
            throw InvalidValue("descriptor \(number) is open for reading only")
        }
        var listens: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        if getsockopt(number, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length) == 0, listens != 0 {
            throw InvalidValue("descriptor \(number) is a listening socket")
        }
    }
}
