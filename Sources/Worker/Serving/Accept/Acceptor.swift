internal import CLinux
internal import Contract
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
    private let limit: Int
    private let log: Logger
    private let isStopping = Atomic(false)
    /// Connections of this thread that the loop has taken over.
    private let adopted = Atomic(0)
    /// Written to when a connection has closed or was taken over while the thread waits for that.
    private let bell: Int32
    private let listensToBell = Atomic(false)

    /// - Parameter limit: of this worker's connections.
    init(_ listener: Listener, scoreboard: Scoreboard, slot: Scoreboard.Slot, limit: Int, log: Logger) {
        self.listener = listener
        self.scoreboard = scoreboard
        self.slot = slot
        self.limit = limit
        self.log = log
        bell = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
        precondition(bell >= 0, "\(SystemError("eventfd"))")
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
        var isShort = false
        // Said once; a server that is full now and then need not say so each time.
        var isFull = false
        while !isStopping.load(ordering: .relaxed) {
            if slot.connections >= limit {
                if !isFull {
                    log.warning(
                        "no more connections are accepted until others close; allow more by max-connections",
                        metadata: ["connections": "\(limit)"])
                }
                isFull = true
                waitForBell { slot.connections >= limit }
                continue
            }
            let now = MonotonicClock.nanoseconds
            let adopted = adopted.load(ordering: .relaxed)
            switch turn.next(
                own: slot.connections,
                fewest: scoreboard.fewestConnections(tickedSince: turn.earliestTick(at: now)),
                isWaiting: isWaiting, adopted: adopted, tick: slot.tick, at: now)
            {
            case .accept:
                isWaiting = false
                if accept(receive, isShort: &isShort) {
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
        takeWhatIsLeft(receive)
    }

    /// A listener that does not block any more is one that the master has closed, because the whole server stops: nobody
    /// else would serve what waits there. At a reload it blocks as ever, and the next worker does.
    private func takeWhatIsLeft(_ receive: Receiver) {
        guard listener.isNonBlocking else { return }
        while take(receive) || errno == EINTR || errno == ECONNABORTED {}
        // Nobody looks at the queue again: who comes now is refused, and does not hang until this process ends. It ends
        // the listening for whoever else has the socket.
        shutdown(listener.descriptor, Int32(SHUT_RDWR))
    }

    /// - Parameter isShort: whether the log says already that none can be accepted.
    /// - Returns: whether a connection was accepted and handed over.
    private func accept(_ receive: Receiver, isShort: inout Bool) -> Bool {
        if take(receive) {
            if isShort { log.notice("connections can be accepted again") }
            isShort = false
            return true
        }
        switch errno {
        case EINTR, ECONNABORTED, EPROTO, EPERM: break
        // Another worker has emptied the queue for good; this one is about to be told to drain.
        case EINVAL where listener.isNonBlocking: _ = poll(bell, milliseconds: -1)
        case EAGAIN: _ = poll(listener.descriptor, milliseconds: -1)
        default:
            // Out of descriptors or memory, most likely: it does not pass sooner by asking again at once.
            if !isShort {
                log.warning("connections cannot be accepted", metadata: ["error": "\(SystemError("accept4"))"])
            }
            isShort = true
            _ = poll(bell, milliseconds: 100)
        }
        return false
    }

    /// Accepts one connection and hands it over; false, and errno, when that fails.
    private func take(_ receive: Receiver) -> Bool {
        var storage = sockaddr_storage()
        let descriptor = brigade_accept(listener.descriptor, &storage)
        guard descriptor >= 0 else { return false }
        slot.connectionOpened()
        let peer = SocketAddress(storage)
        if !peer.isLocal {
            var one: Int32 = 1
            setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        }
        receive(descriptor, peer)
        return true
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
