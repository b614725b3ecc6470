package import Contract
import Glibc

extension InheritedDescriptor {
    /// Checks that a log can be written to it. A close-on-exec descriptor is one that this process opened itself, so it is
    /// rejected.
    package func validate() throws(InvalidValue) {
        guard let flags = try? check("fcntl", { fcntl(number, F_GETFD) }), isStandard || flags & FD_CLOEXEC == 0 else {
            throw InvalidValue("this process was started without a descriptor \(number)")
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
