internal import CLinux
internal import Contract
import Glibc

/// Workers and their child processes share a listening socket, and each of them can change it for all.
extension ListeningSocket {
    /// What a process has done to the socket.
    package enum Problem: Equatable {
        /// shutdown(2): connections are refused.
        case shutDown
        /// The file of a unix socket was removed or replaced.
        case fileMissing
        /// These flags are set on its open file (fcntl(2), F_SETFL): O_NONBLOCK, O_ASYNC.
        case flags(Int32)

        /// Whether clients cannot connect.
        package var preventsConnections: Bool {
            switch self {
            case .shutDown, .fileMissing: true
            case .flags: false
            }
        }

        /// For the log.
        package var text: String {
            switch self {
            case .shutDown: "a worker or one of its child processes shut it down (shutdown(2))"
            case .fileMissing: "its file was removed or replaced"
            case .flags(let flags):
                flags & O_NONBLOCK != 0
                    ? "a worker or one of its child processes set O_NONBLOCK on it"
                    : "a worker or one of its child processes set O_ASYNC on it"
            }
        }
    }

    /// The current problem, the worst first; nil if there is none.
    package var problem: Problem? {
        if !Self.listens(descriptor) || hangsUp { return .shutDown }
        if !isFound { return .fileMissing }
        let flags = fcntl(descriptor, F_GETFL) & Self.unwanted
        return flags == 0 ? nil : .flags(flags)
    }

    /// Makes the socket accept connections again.
    /// - Parameters:
    ///   - backlog: the length of its queue.
    ///   - mode: of a unix socket's file.
    /// - Returns: a new socket if this one cannot be used again; nil if it can. Processes with the old one must get the new.
    /// - Throws: why it cannot be repaired.
    package func repair(
        _ problem: Problem, backlog: Int, mode: Int = Settings().socketMode
    ) throws(ListenError) -> ListeningSocket? {
        switch problem {
        case .flags(let flags):
            _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~flags)
            return nil
        case .fileMissing: return try ListeningSocket.open(address, backlog: backlog, mode: mode)
        case .shutDown:
            switch address {
            // shutdown(2) of a unix socket cannot be undone.
            case .unix where isActivated:
                throw ListenError("\(address) belongs to the service manager; restart its socket unit")
            case .unix: return try ListeningSocket.open(address, backlog: backlog, mode: mode)
            case .tcp: return try listenAgain(backlog) ? nil : reopened(backlog)
            }
        }
    }

    private static let unwanted = O_NONBLOCK | O_ASYNC

    /// poll(2) reports a hangup after shutdown(2). SO_ACCEPTCONN does not show it for a unix socket.
    private var hangsUp: Bool {
        var interest = pollfd(fd: descriptor, events: brigade_poll_hangup, revents: 0)
        return poll(&interest, 1, 0) > 0
    }

    /// A TCP socket can listen again after shutdown(2), at its old port unless the kernel had chosen that.
    /// - Returns: whether it listens at its address.
    private func listenAgain(_ backlog: Int) -> Bool {
        guard address.port == currentPort else { return false }
        return listen(descriptor, Int32(backlog)) == 0 && address.port == currentPort
    }

    /// Not inlined: the optimizer of Swift 6.3.1 crashes when it merges the two uses above.
    @inline(never) private var currentPort: UInt16? { InternetAddress(of: descriptor)?.port }

    /// Another socket at the same address of this machine; the host's name is not looked up again.
    private func reopened(_ backlog: Int) throws(ListenError) -> ListeningSocket {
        guard !isActivated, case .tcp(let host, let port) = address else {
            throw ListenError("\(address) belongs to the service manager; restart its socket unit")
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
