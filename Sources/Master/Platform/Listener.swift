internal import CLinux
package import Contract
import Glibc

/// A listening socket of this server, shared by all its workers. A unix socket's name goes with it.
package final class Listener {
    /// Where it listens; a port that the kernel chose is known here.
    package let address: BindAddress
    /// Whether a service manager gave it, and keeps a copy.
    package let isActivated: Bool
    private let socket: FileDescriptor
    private let name: NameInFolder?
    /// What `accept` gives up when no other descriptor is left.
    var spare: FileDescriptor?

    /// Binds and listens. It blocks: the workers' accept threads wait in it.
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
        socket: consuming FileDescriptor, address: BindAddress, isActivated: Bool = false, name: NameInFolder? = nil
    ) {
        self.socket = socket
        self.address = address
        self.isActivated = isActivated
        self.name = name
    }

    deinit {
        name?.remove()
    }

    /// Whether nobody can find it: a unix socket whose name is gone.
    package var isNameless: Bool {
        if case .unix = address { name == nil && !isActivated } else { false }
    }

    /// Whether its name still leads to it; a socket that has none is always found.
    package var isFound: Bool { name?.isOurs ?? !isNameless }

    /// For poll, and for the children.
    package var descriptor: Int32 { socket.number }

    /// Before the last workers drain: `accept` of what is queued must end where the queue does.
    ///
    /// O_NONBLOCK belongs to the socket, not to a process; one that a service manager keeps stays as it is, and its
    /// queue waits for the next start.
    package func stopBlocking() {
        guard !isActivated else { return }
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    }

    /// Makes a unix socket's name somebody else's; any other socket, and one of the service manager's, has none.
    package func give(to credentials: Credentials) throws(SystemError) {
        try name?.give(to: credentials)
    }
}
