internal import Contract
internal import Linux
import Logging
import Synchronization

/// The accept threads of a worker, one per listener, and the count of the connections that they accepted.
///
/// To end, each thread is sent a signal again and again until it says that it has ended: it may block in a system call.
@LoopActor final class AcceptorGroup: EventSource {
    /// Nanoseconds between two signals.
    private static let signalInterval: UInt64 = 5_000_000

    private let scoreboard: Scoreboard
    private let slot: Scoreboard.Slot
    private let connections: ConnectionCount
    private let maxConnections: Int
    private let limitPerAddress: AddressLimit?
    /// Of clients that a proxy names; the threads have their own.
    private var addressLimitReports = AddressLimitReports()
    private let log: Logger
    private(set) var isStarted = false
    private var isStopping = false
    private var acceptors: [Acceptor] = []
    private var threads: [ObjectIdentifier: SystemThread] = [:]
    private var token: EventLoop.Token?
    private var waiting: CheckedContinuation<Void, Never>?

    init(_ settings: Settings, scoreboard: Scoreboard, slot: Scoreboard.Slot, log: Logger) {
        self.scoreboard = scoreboard
        self.slot = slot
        self.log = log
        connections = ConnectionCount(slot)
        maxConnections = settings.maxConnections
        limitPerAddress = settings.maxConnectionsPerAddress.map {
            AddressLimit(limit: $0, scoreboard: scoreboard, slot: slot, log: log)
        }
    }

    /// - Parameters:
    ///   - countsAddress: whether a peer's own address counts; called on the threads.
    ///   - adopt: takes over a connection, on the loop.
    func start(
        _ listeners: [AcceptSocket], countsAddress: @escaping @Sendable (SocketAddress) -> Bool,
        adopt: @escaping @LoopActor (Int32, SocketAddress, AcceptSocket) -> Void
    ) {
        isStarted = true
        for listener in listeners {
            let acceptor = Acceptor(
                listener, scoreboard: scoreboard, slot: slot, connections: connections, limit: maxConnections,
                limitPerAddress: limitPerAddress, countsAddress: countsAddress, log: log)
            acceptors.append(acceptor)
            threads[ObjectIdentifier(acceptor)] = acceptor.start { descriptor, peer in
                LoopExecutor.shared.call {
                    acceptor.connectionAdopted()
                    adopt(descriptor, peer, listener)
                }
            } ended: {
                LoopExecutor.shared.call { self.ended(acceptor) }
            }
        }
    }

    /// Counts the connection of a client that a proxy names.
    /// - Returns: whether the client may have it.
    func countConnection(from client: SocketAddress) -> Bool {
        limitPerAddress?.open(from: client, &addressLimitReports) ?? true
    }

    /// - Parameter network: what the connection was counted for; nil if it was not.
    func connectionClosed(from network: UInt64?) {
        connections.closed()
        if let network { limitPerAddress?.close(from: network) }
        for acceptor in acceptors { acceptor.connectionClosed() }
    }

    // MARK: The end

    /// The whole server is about to stop: the threads take what waits before they end, and shut the listeners down.
    func closeListeners() {
        for acceptor in acceptors { acceptor.closeListener() }
    }

    /// Tells the threads to end, and does not wait for it.
    func stop() {
        for acceptor in acceptors { acceptor.stop() }
    }

    /// Returns when every thread has ended; the connections that they accepted are handed over by then.
    func stopAndWait() async {
        if threads.isEmpty || isStopping { return }
        isStopping = true
        token = EventLoop.shared.add(self)
        stop()
        // The loop may run other work before it runs the body of the continuation, so a thread may have ended by then.
        await withCheckedContinuation { continuation in
            if threads.isEmpty { return continuation.resume() }
            waiting = continuation
            deadlineReached()
        }
    }

    /// A thread is about to end: no signal can miss it any more.
    private func ended(_ acceptor: Acceptor) {
        threads.removeValue(forKey: ObjectIdentifier(acceptor))?.join()
        guard threads.isEmpty, isStopping else { return }
        if let token { EventLoop.shared.remove(token) }
        token = nil
        waiting.take()?.resume()
    }

    func ready(_ events: UInt32) {}

    func deadlineReached() {
        guard let token else { return }
        for thread in threads.values { thread.signal(Acceptor.stopSignal) }
        EventLoop.shared.updateTime()
        EventLoop.shared.schedule(token, at: EventLoop.shared.time.nanoseconds + Self.signalInterval)
    }
}

/// How many connections of this worker are open. The scoreboard gets the same number for the other workers, and is not read:
/// every worker can write there, and a wrong number could keep this one from accepting for ever.
final class ConnectionCount: Sendable {
    private let slot: Scoreboard.Slot
    private let total = Atomic(0)

    init(_ slot: Scoreboard.Slot) {
        self.slot = slot
    }

    var value: Int { total.load(ordering: .sequentiallyConsistent) }

    /// Called by an accept thread, as soon as it has a connection.
    func opened() {
        total.add(1, ordering: .sequentiallyConsistent)
        slot.connectionOpened()
    }

    func closed() {
        total.subtract(1, ordering: .sequentiallyConsistent)
        slot.connectionClosed()
    }
}
