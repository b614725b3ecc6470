internal import CLinux
internal import Contract
internal import Linux
import Glibc
import Logging
import Synchronization

/// A thread that accepts connections of one listener and hands them to the loop.
///
/// Who accepts decides how connections fall over the workers. The kernel wakes those that block in `accept4` one after
/// another; `AcceptTurn` makes the share exact.
final class Acceptor: Sendable {
    /// A connection, just accepted: its descriptor, which the receiver owns, and the client's address.
    typealias Receiver = @Sendable (Int32, SocketAddress) -> Void

    private let listener: Listener
    private let scoreboard: Scoreboard
    private let slot: Scoreboard.Slot
    private let connections: OpenConnections
    private let limit: Int
    private let limitPerAddress: Int?
    private let log: Logger
    private let isStopping = Atomic(false)
    /// Whether what waits on the listener when the thread ends is left to nobody else.
    private let closesListener = Atomic(false)
    /// Connections of this thread that the loop has taken over.
    private let adopted = Atomic(0)
    /// Written to when a connection has closed or was taken over while the thread waits for that.
    private let bell: Int32
    private let listensToBell = Atomic(false)

    /// - Parameters:
    ///   - connections: of this worker, over all its listeners.
    ///   - limit: of them.
    ///   - limitPerAddress: of all workers' connections of one client; nil for any number.
    init(
        _ listener: Listener, scoreboard: Scoreboard, slot: Scoreboard.Slot, connections: OpenConnections, limit: Int,
        limitPerAddress: Int?, log: Logger
    ) {
        self.listener = listener
        self.scoreboard = scoreboard
        self.slot = slot
        self.connections = connections
        self.limit = limit
        self.limitPerAddress = limitPerAddress
        self.log = log
        bell = HostLimit.descriptor("eventfd") { eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC)) }
    }

    deinit {
        close(bell)
    }

    /// What wakes the thread from a call that blocks; its handler does nothing, but the call ends with EINTR.
    static var stopSignal: Int32 { brigade_sigrtmin() }

    /// - Parameters:
    ///   - receive: called on the new thread.
    ///   - ended: called there at its end.
    func start(receive: @escaping Receiver, ended: @escaping @Sendable () -> Void) -> Thread {
        _ = brigade_on_signal_without_restart(Self.stopSignal) { _ in }
        return Thread.start("accept") { [self] in
            Self.unblockStopSignal()
            run(receive)
            ended()
        }
    }

    /// Whoever starts the thread may have it blocked, as threads of Dispatch do.
    private static func unblockStopSignal() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, stopSignal)
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }

    /// Tells the thread to end. It may be about to block just now, so `stopSignal` is sent to it until it has ended.
    func stop() {
        isStopping.store(true, ordering: .relaxed)
    }

    /// The whole server is about to stop: at its end the thread takes what waits, and then shuts the listener down. To be
    /// said before `stop`.
    func closeListener() {
        closesListener.store(true, ordering: .relaxed)
    }

    /// A connection of this worker has closed.
    func connectionClosed() {
        ring()
    }

    /// The loop has taken over a connection of this thread.
    func connectionAdopted() {
        adopted.add(1, ordering: .sequentiallyConsistent)
        ring()
    }

    private func ring() {
        if listensToBell.load(ordering: .sequentiallyConsistent) { eventfd_write(bell, 1) }
    }

    /// Bytes that the kernel takes for a client beyond what it can send at once. It is what a client must take before its
    /// connection is seen to move; what the kernel takes by itself would last a slow one for minutes.
    private static let mostUnsent: Int32 = 16 << 10

    private func run(_ receive: Receiver) {
        // Connections have it from their listener (tcp(7), TCP_NOTSENT_LOWAT); a unix socket has no such thing.
        var mostUnsent = Self.mostUnsent
        setsockopt(
            listener.descriptor, Int32(IPPROTO_TCP), TCP_NOTSENT_LOWAT, &mostUnsent,
            socklen_t(MemoryLayout<Int32>.size))
        var turn = AcceptTurn()
        var isWaiting = false
        var trouble = Trouble.none
        // Said once; a server that is full now and then need not say so each time.
        var isFull = false
        var refusals = AddressRefusals()
        while !isStopping.load(ordering: .relaxed) {
            if connections.count >= limit {
                if !isFull {
                    log.warning(
                        "no more connections are accepted until others close; allow more by max-connections",
                        metadata: ["connections": "\(limit)"])
                }
                isFull = true
                waitForBell { connections.count >= limit }
                continue
            }
            let now = MonotonicClock.nanoseconds
            let adopted = adopted.load(ordering: .relaxed)
            switch turn.next(
                own: slot.connections,
                fewest: scoreboard.fewestConnections(tickedSince: turn.earliestTick(at: now), at: now),
                isWaiting: isWaiting, adopted: adopted, tick: slot.tick, at: now)
            {
            case .accept:
                isWaiting = false
                if accept(receive, &trouble, &refusals) {
                    turn.handOver(at: MonotonicClock.nanoseconds)
                    isWaiting = poll(listener.descriptor, milliseconds: 0)
                }
            case .waitForLoop(let nanoseconds):
                let milliseconds = Int32((nanoseconds + 999_999) / 1_000_000)
                waitForBell(milliseconds: milliseconds) {
                    adopted == self.adopted.load(ordering: .sequentiallyConsistent)
                }
            case .stall:
                slot.changeStalled(by: 1)
                waitForBell { adopted == self.adopted.load(ordering: .sequentiallyConsistent) }
                slot.changeStalled(by: -1)
            case .watch:
                isWaiting = poll(listener.descriptor, milliseconds: -1)
            case .nap(let nanoseconds):
                var time = timespec(tv_sec: 0, tv_nsec: Int(nanoseconds))
                nanosleep(&time, nil)
                isWaiting = poll(listener.descriptor, milliseconds: 0)
            }
        }
        takeWhatIsLeft(receive, &refusals)
    }

    /// When the whole server stops, nobody else would serve what waits there. At a reload the next worker does.
    private func takeWhatIsLeft(_ receive: Receiver, _ refusals: inout AddressRefusals) {
        guard closesListener.load(ordering: .relaxed) else { return }
        // Another worker may be faster after the look; then the call blocks until the next `stopSignal`.
        while poll(listener.descriptor, milliseconds: 0) {
            guard take(receive, &refusals) || [EINTR, EAGAIN, ECONNABORTED].contains(errno) else { break }
        }
        // Nobody looks at the queue again: who comes now is refused, and does not hang until this process ends. It ends
        // the listening for whoever else has the socket.
        shutdown(listener.descriptor, Int32(SHUT_RDWR))
    }

    /// Why connections cannot be accepted.
    private enum Trouble {
        case none
        /// The listener has been shut down: by another worker when the server stops, and then this one is about to be told
        /// to drain; else by somebody who should not have, and the master mends it.
        case shutDown
        /// The log says so.
        case told
    }

    /// - Returns: whether a connection was accepted and handed over.
    private func accept(
        _ receive: Receiver, _ trouble: inout Trouble, _ refusals: inout AddressRefusals
    ) -> Bool {
        if take(receive, &refusals) {
            if trouble == .told { log.notice("connections can be accepted again") }
            trouble = .none
            return true
        }
        switch errno {
        case EINTR, ECONNABORTED, EPROTO, EPERM: break
        // Whoever shares the listener may have set O_NONBLOCK or SO_RCVTIMEO on it.
        case EAGAIN: _ = poll(listener.descriptor, milliseconds: -1)
        case EINVAL where trouble == .none:
            trouble = .shutDown
            rest()
        default:
            // Out of descriptors or memory, most likely: it does not pass sooner by asking again at once.
            if trouble != .told {
                log.warning("connections cannot be accepted", metadata: ["error": "\(SystemError("accept4"))"])
            }
            trouble = .told
            rest()
        }
        return false
    }

    /// Waits before the next try, and lets no other worker wait for this one meanwhile.
    private func rest() {
        slot.changeStalled(by: 1)
        _ = poll(bell, milliseconds: Self.retry)
        slot.changeStalled(by: -1)
    }

    /// Before it is tried again to accept what could not be accepted.
    private static let retry: Int32 = 100

    /// Accepts one connection and hands it over; false, and errno, when that fails.
    private func take(_ receive: Receiver, _ refusals: inout AddressRefusals) -> Bool {
        var storage = sockaddr_storage()
        let descriptor = brigade_accept(listener.descriptor, &storage)
        guard descriptor >= 0 else { return false }
        let peer = SocketAddress(storage)
        guard mayHave(peer, &refusals) else {
            close(descriptor)
            errno = ECONNABORTED
            return false
        }
        connections.opened()
        if !peer.isLocal {
            var one: Int32 = 1
            setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        }
        receive(descriptor, peer)
        return true
    }

    /// Whether a client may have one more connection, which is counted then.
    private func mayHave(_ peer: SocketAddress, _ refusals: inout AddressRefusals) -> Bool {
        guard let limitPerAddress, !peer.isLocal else { return true }
        // Counted first: of two workers that look at the same time, one sees the other's.
        if scoreboard.connectionOpened(from: peer.network, on: slot) <= limitPerAddress { return true }
        scoreboard.connectionClosed(from: peer.network, on: slot)
        if let count = refusals.refuse(at: MonotonicClock.nanoseconds) {
            log.warning(
                "connections are refused: one client has as many as --max-connections-per-address allows",
                metadata: ["client": "\(peer.host)", "limit": "\(limitPerAddress)", "refused": "\(count)"])
        }
        return false
    }

    /// Waits while the condition holds, at most that long, and until the first ring or signal.
    private func waitForBell(milliseconds: Int32 = -1, while condition: () -> Bool) {
        listensToBell.store(true, ordering: .sequentiallyConsistent)
        if condition() { _ = poll(bell, milliseconds: milliseconds) }
        listensToBell.store(false, ordering: .relaxed)
        var count: UInt64 = 0
        eventfd_read(bell, &count)
    }

    /// Whether the descriptor became readable in time, and no signal came.
    private func poll(_ descriptor: Int32, milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return Glibc.poll(&entry, 1, milliseconds) > 0
    }
}
