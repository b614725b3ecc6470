internal import CLinux
internal import Contract
import Glibc

/// A listening socket is shared with every worker and with what they start, and whoever has it open can change it for all.
extension ListeningSocket {
    /// What somebody has done to it.
    package enum Fault: Equatable {
        /// shutdown(2): whoever connects is refused, and nobody can accept.
        case shutDown
        /// The name of a unix socket is gone, or another file has it.
        case nameless
        /// These flags are set on its open file (fcntl(2), F_SETFL): O_NONBLOCK, O_ASYNC.
        case flags(Int32)

        /// Whether nobody can connect while it lasts.
        package var refuses: Bool {
            switch self {
            case .shutDown, .nameless: true
            case .flags: false
            }
        }

        /// For the log.
        package var text: String {
            switch self {
            case .shutDown: "it was shut down (shutdown(2)), by a worker or what that has started"
            case .nameless: "its file is gone, or is another's"
            case .flags(let flags):
                flags & O_NONBLOCK != 0
                    ? "O_NONBLOCK was set on it, by a worker or what that has started"
                    : "O_ASYNC was set on it, by a worker or what that has started"
            }
        }
    }

    /// What is wrong with it now; the worst first.
    package var fault: Fault? {
        if !Self.listens(descriptor) || hangsUp { return .shutDown }
        if !isFound { return .nameless }
        let flags = fcntl(descriptor, F_GETFL) & Self.unwanted
        return flags == 0 ? nil : .flags(flags)
    }

    /// Makes it serve again.
    /// - Parameters:
    ///   - backlog: the length of its queue.
    ///   - mode: the rights of a unix socket's name.
    /// - Returns: the listener that takes its place, when the socket itself cannot be used again; nil when it can. Whoever
    ///   has the old one accepts nobody by it.
    /// - Throws: what keeps it from being repaired.
    package func repair(
        _ fault: Fault, backlog: Int, mode: Int = Settings().socketMode
    ) throws(ListenError) -> ListeningSocket? {
        switch fault {
        case .flags(let flags):
            _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~flags)
            return nil
        case .nameless: return try ListeningSocket.open(address, backlog: backlog, mode: mode)
        case .shutDown:
            switch address {
            // On a unix socket shutdown(2) is for ever.
            case .unix where isActivated:
                throw ListenError("\(address) is the service manager's; restart its socket unit")
            case .unix: return try ListeningSocket.open(address, backlog: backlog, mode: mode)
            case .tcp: return try listenAgain(backlog) ? nil : again(backlog)
            }
        }
    }

    private static let unwanted = O_NONBLOCK | O_ASYNC

    /// poll(2) says of a listening socket that it has hung up when it was shut down; of a unix one, SO_ACCEPTCONN does not.
    private var hangsUp: Bool {
        var interest = pollfd(fd: descriptor, events: brigade_poll_hangup, revents: 0)
        return poll(&interest, 1, 0) > 0
    }

    /// A TCP socket that was shut down can listen once more, at its old port unless the kernel had chosen that.
    /// - Returns: whether it listens at its address.
    private func listenAgain(_ backlog: Int) -> Bool {
        guard address.port == currentPort else { return false }
        return listen(descriptor, Int32(backlog)) == 0 && address.port == currentPort
    }

    /// Not inlined: Swift 6.3.1 stops with an error of its own when it merges the two uses above with optimization.
    @inline(never) private var currentPort: UInt16? { InternetAddress(of: descriptor)?.port }

    /// Another socket at the same address of this machine; the host's name is not looked up again.
    private func again(_ backlog: Int) throws(ListenError) -> ListeningSocket {
        guard !isActivated, case .tcp(let host, let port) = address else {
            throw ListenError("\(address) is the service manager's; restart its socket unit")
        }
        guard var name = InternetAddress(of: descriptor) else {
            throw ListenError("cannot listen on \(address): \(SystemError("getsockname"))")
        }
        name.port = port
        do {
            return try ListeningSocket.tcp(name, host: host, backlog)
        } catch {
            throw ListenError(address, error)
        }
    }
}

extension BindAddress {
    fileprivate var port: UInt16? {
        if case .tcp(_, let port) = self { port } else { nil }
    }
}
