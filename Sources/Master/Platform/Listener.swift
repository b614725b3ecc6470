internal import CLinux
package import Contract
import Glibc

/// A listening socket of this server, blocking, and shared by all its workers. A unix socket's name goes with it.
package final class Listener {
    /// Where it listens; a port that the kernel chose is known here.
    package let address: BindAddress
    /// Whether a service manager gave it, and keeps a copy.
    package let isActivated: Bool
    private let socket: FileDescriptor
    private let name: UnixName?

    /// Binds and listens.
    /// - Throws: what is wrong, and what to do about it.
    package static func open(_ address: BindAddress, backlog: Int) throws(ListenError) -> Listener {
        do {
            switch address {
            case .tcp(let host, let port): return try tcp(host, port, backlog)
            case .unix(let path): return try unix(path, backlog)
            }
        } catch {
            throw ListenError(address, error)
        }
    }

    init(
        socket: consuming FileDescriptor, address: BindAddress, isActivated: Bool = false,
        name: consuming UnixName? = nil
    ) {
        self.socket = socket
        self.address = address
        self.isActivated = isActivated
        self.name = name
    }

    /// For the children.
    package var descriptor: Int32 { socket.number }

    /// Before the last workers drain: `accept` of what is queued must end where the queue does.
    ///
    /// O_NONBLOCK belongs to the socket, not to a process; one that a service manager keeps stays as it is, and its
    /// queue waits for the next start.
    package func stopBlocking() {
        guard !isActivated else { return }
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    }
}
