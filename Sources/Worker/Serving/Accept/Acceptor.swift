internal import CLinux
internal import Contract
internal import Linux
import Glibc
import Logging
import Synchronization

/// A thread that accepts connections of one listener and hands them to the loop.
///
/// Which worker accepts decides how connections are spread over the workers. The kernel wakes threads that block in `accept4`
/// one after another; `AcceptPolicy` makes the shares equal.
final class Acceptor: Sendable {
    /// Gets a connection, just accepted: its descriptor, which the receiver owns, and the client's address.
    typealias Receiver = @Sendable (Int32, SocketAddress) -> Void

    /// Bytes that the kernel takes for a client beyond what it can send at once. So much must a client take before its
    /// connection is seen to move; what the kernel takes by default would last a slow client for minutes.
    private static let maxUnsent: Int32 = 16 << 10
    /// Milliseconds before a failed accept is tried again.
    private static let retryInterval: Int32 = 100

    private let listener: AcceptSocket
    private let scoreboard: Scoreboard
    private let slot: Scoreboard.Slot
    private let connections: ConnectionCount
    private let limit: Int
    private let limitPerAddress: AddressLimit?
    /// Whether the address of a peer counts: that of a proxy does not if its header names the client.
    private let countsAddress: @Sendable (SocketAddress) -> Bool
    private let log: Logger
    private let isStopping = Atomic(false)
    /// Whether no other worker will serve what waits on the listener when the thread ends.
    private let closesListener = Atomic(false)
    /// Connections of this thread that the loop has taken over.
    private let adopted = Atomic(0)
    /// An eventfd, written when a connection has closed or was taken over while the thread waits for that.
    private let wakeDescriptor: Int32
    private let waitsForWake = Atomic(false)

    /// - Parameters:
    ///   - connections: of this worker, over all its listeners.
    ///   - limit: of them.
    ///   - limitPerAddress: nil for any number.
    ///   - countsAddress: whether it applies to a peer.
    init(
        _ listener: AcceptSocket, scoreboard: Scoreboard, slot: Scoreboard.Slot, connections: ConnectionCount,
        limit: Int, limitPerAddress: AddressLimit?, countsAddress: @escaping @Sendable (SocketAddress) -> Bool,
        log: Logger
    ) {
        self.listener = listener
        self.scoreboard = scoreboard
        self.slot = slot
        self.connections = connections
        self.limit = limit
        self.limitPerAddress = limitPerAddress
        self.countsAddress = countsAddress
        self.log = log
        wakeDescriptor = HostResources.descriptor("eventfd") { eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC)) }
    }

    deinit {
        close(wakeDescriptor)
    }

    /// Ends a call that blocks the thread with EINTR; the handler of the signal does nothing.
    static var stopSignal: Int32 { brigade_sigrtmin() }

    /// - Parameters:
    ///   - receive: called on the new thread.
    ///   - ended: called there at its end.
    func start(receive: @escaping Receiver, ended: @escaping @Sendable () -> Void) -> SystemThread {
        _ = brigade_on_signal_without_restart(Self.stopSignal) { _ in }
        return SystemThread.start("accept") { [self] in
            Self.unblockStopSignal()
            run(receive)
            ended()
        }
    }

    /// The thread that starts this one may have it blocked, as threads of Dispatch do.
    private static func unblockStopSignal() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, stopSignal)
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }

    // MARK: From the loop

    /// Tells the thread to end. It may be about to block just now, so `stopSignal` is sent to it until it has ended.
    func stop() {
        isStopping.store(true, ordering: .relaxed)
    }

    /// The whole server is about to stop: the thread takes what waits before it ends, and shuts the listener down. To be
    /// called before `stop`.
    func closeListener() {
        closesListener.store(true, ordering: .relaxed)
    }

    /// A connection of this worker has closed.
    func connectionClosed() {
        wakeThread()
    }

    /// The loop has taken over a connection of this thread.
    func connectionAdopted() {
        adopted.add(1, ordering: .sequentiallyConsistent)
        wakeThread()
    }

    private func wakeThread() {
        if waitsForWake.load(ordering: .sequentiallyConsistent) { eventfd_write(wakeDescriptor, 1) }
    }

    // MARK: The thread

    /// Why connections cannot be accepted.
    private enum Failure {
        case none
        /// The listener has been shut down: by another worker when the server stops, and then this one is about to be told
        /// to drain; else by a program that should not have, and the master opens it again.
        case shutDown
        /// The log says so.
        case reported
    }

    /// What the thread remembers of its last steps.
    private struct State {
        var policy = AcceptPolicy()
        var failure = Failure.none
        /// The limit is reported once, though a server may reach it again and again.
        var isLimitReported = false
        var addressLimit = AddressLimitReports()
    }

    private func run(_ receive: Receiver) {
        // Connections inherit it from their listener (tcp(7), TCP_NOTSENT_LOWAT); unix sockets have no such option.
        var maxUnsent = Self.maxUnsent
        setsockopt(
            listener.descriptor, Int32(IPPROTO_TCP), TCP_NOTSENT_LOWAT, &maxUnsent,
            socklen_t(MemoryLayout<Int32>.size))
        var state = State()
        var isWaiting = false
        while !isStopping.load(ordering: .relaxed) {
            if connections.value >= limit {
                waitForClose(&state)
                continue
            }
            let now = MonotonicClock.nanoseconds
            let adopted = adopted.load(ordering: .relaxed)
            func isNothingAdopted() -> Bool { adopted == self.adopted.load(ordering: .sequentiallyConsistent) }
            switch state.policy.next(
                own: slot.connections,
                fewest: scoreboard.fewestConnections(tickedSince: state.policy.earliestTick(at: now), at: now),
                isWaiting: isWaiting, adopted: adopted, tick: slot.tick, at: now)
            {
            case .accept:
                isWaiting = false
                if accept(receive, &state) {
                    state.policy.connectionHandedOver(at: MonotonicClock.nanoseconds)
                    isWaiting = poll(listener.descriptor, milliseconds: 0)
                }
            case .waitForLoop(let nanoseconds):
                waitForWake(milliseconds: Int32((nanoseconds + 999_999) / 1_000_000), while: isNothingAdopted)
            case .waitForStuckLoop:
                slot.changeStalled(by: 1)
                waitForWake(while: isNothingAdopted)
                slot.changeStalled(by: -1)
            case .watch:
                isWaiting = poll(listener.descriptor, milliseconds: -1)
            case .sleep(let nanoseconds):
                var time = timespec(tv_sec: 0, tv_nsec: Int(nanoseconds))
                nanosleep(&time, nil)
                isWaiting = poll(listener.descriptor, milliseconds: 0)
            }
        }
        if closesListener.load(ordering: .relaxed) { drainListener(receive, &state) }
    }

    /// The worker has as many connections as it may.
    private func waitForClose(_ state: inout State) {
        if !state.isLimitReported {
            log.warning(
                "no connection is accepted until another one closes; raise --max-connections to allow more",
                metadata: ["connections": "\(limit)"])
        }
        state.isLimitReported = true
        waitForWake { connections.value >= limit }
    }

    /// When the whole server stops, no other worker will serve what waits on the listener. (At a reload the next one does.)
    private func drainListener(_ receive: Receiver, _ state: inout State) {
        // Another worker may be faster after the poll; then the call blocks until the next `stopSignal`.
        while poll(listener.descriptor, milliseconds: 0) {
            guard take(receive, &state) || [EINTR, EAGAIN, ECONNABORTED].contains(errno) else { break }
        }
        // The queue is not looked at again. A client that comes now is refused, and does not hang until this process ends.
        // It ends the listening for every process that has the socket.
        shutdown(listener.descriptor, Int32(SHUT_RDWR))
    }

    /// - Returns: whether a connection was accepted and handed over.
    private func accept(_ receive: Receiver, _ state: inout State) -> Bool {
        if take(receive, &state) {
            if state.failure == .reported { log.notice("accepting connections again") }
            state.failure = .none
            return true
        }
        switch errno {
        case EINTR, ECONNABORTED, EPROTO, EPERM: break
        // A process that shares the listener may have set O_NONBLOCK or SO_RCVTIMEO on it.
        case EAGAIN: _ = poll(listener.descriptor, milliseconds: -1)
        case EINVAL where state.failure == .none:
            state.failure = .shutDown
            backOff()
        default:
            // Out of descriptors or memory, most likely: to ask again at once would not help.
            if state.failure != .reported {
                log.warning("cannot accept connections; trying again", metadata: ["error": "\(SystemError("accept4"))"])
            }
            state.failure = .reported
            backOff()
        }
        return false
    }

    /// Waits before the next try. Other workers do not wait for this one meanwhile.
    private func backOff() {
        slot.changeStalled(by: 1)
        _ = poll(wakeDescriptor, milliseconds: Self.retryInterval)
        slot.changeStalled(by: -1)
    }

    /// Accepts one connection and hands it over; false, and errno, when that fails.
    private func take(_ receive: Receiver, _ state: inout State) -> Bool {
        var storage = sockaddr_storage()
        let descriptor = brigade_accept(listener.descriptor, &storage)
        guard descriptor >= 0 else { return false }
        let peer = SocketAddress(storage)
        guard countAddress(of: peer, &state.addressLimit) else {
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

    /// Counts a connection against the limit per address.
    /// - Returns: whether the client may have it.
    private func countAddress(of peer: SocketAddress, _ reports: inout AddressLimitReports) -> Bool {
        guard let limitPerAddress, !peer.isLocal, countsAddress(peer) else { return true }
        return limitPerAddress.open(from: peer, &reports)
    }

    /// Waits while the condition holds, at most that long, and until the first wake or signal.
    private func waitForWake(milliseconds: Int32 = -1, while condition: () -> Bool) {
        waitsForWake.store(true, ordering: .sequentiallyConsistent)
        if condition() { _ = poll(wakeDescriptor, milliseconds: milliseconds) }
        waitsForWake.store(false, ordering: .relaxed)
        var count: UInt64 = 0
        eventfd_read(wakeDescriptor, &count)
    }

    /// Whether the descriptor became readable in time, and no signal came.
    private func poll(_ descriptor: Int32, milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return Glibc.poll(&entry, 1, milliseconds) > 0
    }
}

/// How many connections one client may have to all workers.
struct AddressLimit: Sendable {
    let limit: Int
    let scoreboard: Scoreboard
    let slot: Scoreboard.Slot
    let log: Logger

    /// Counts a connection.
    /// - Returns: whether the client may have it; if not, it is not counted.
    func open(from client: SocketAddress, _ reports: inout AddressLimitReports) -> Bool {
        // Counted first: of two workers that look at the same time, one sees the other's.
        if scoreboard.connectionOpened(from: client.network, on: slot) <= limit { return true }
        close(from: client.network)
        if let count = reports.connectionRejected(at: MonotonicClock.nanoseconds) {
            log.warning(
                "connections rejected: one client has as many as --max-connections-per-address allows",
                metadata: ["client": "\(client.host)", "limit": "\(limit)", "rejected": "\(count)"])
        }
        return false
    }

    func close(from network: UInt64) {
        scoreboard.connectionClosed(from: network, on: slot)
    }
}

/// When the log says that connections of an address are rejected: at once, and then at most once per interval.
struct AddressLimitReports {
    /// Nanoseconds.
    static let interval: UInt64 = 10_000_000_000

    private var count = 0
    private var lastReport: UInt64?

    /// - Returns: how many were rejected since the last report, this one included; nil when it is too early for the next.
    mutating func connectionRejected(at now: UInt64) -> Int? {
        count += 1
        if let lastReport, now < lastReport + Self.interval { return nil }
        defer { (count, lastReport) = (0, now) }
        return count
    }
}
