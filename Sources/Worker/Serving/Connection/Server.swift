internal import Contract
internal import Linux
import Glibc
import Logging
import Messages

/// A worker's connections, from their acceptance to the last answer.
@LoopActor final class Server {
    let application: any Application
    let limits: Limits
    let times: ConnectionTimes
    let slot: Scoreboard.Slot
    let pool: BlockingPool
    let accessLog: RequestLog?
    let log: Logger
    let isTimed: Bool
    let host: ServerHost
    /// Whether the application knows that the worker leaves.
    private var isLeaving = false
    private var isDraining = false
    // Looked at in every pass, and not checked at run time: it calls nobody, so nothing comes back here while it is used.
    @exclusivity(unchecked) private var budget: BufferBudget<ObjectIdentifier>
    private let trim = IdleTrim()
    private var holds = LoopHolds()
    private let inFlight: InFlightTable
    private let recycling: Recycling?

    private let scoreboard: Scoreboard
    private let connections: OpenConnections
    private let maxConnections: Int
    /// Nanoseconds that requests may wait for blocking threads before that is said; nil is for ever.
    private let patience: UInt64?
    private let maxConnectionsPerAddress: Int?
    private var sockets: [ObjectIdentifier: ClientSocket] = [:]
    private var acceptors: [Acceptor] = []
    private var stopping: AcceptorStop?
    /// The scoreboard is told the same, and never asked: others can write to it.
    private var answers: UInt64 = 0
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// - Parameter recycling: nil for a server that serves any number of requests.
    init(
        application: any Application, settings: Settings, scoreboard: Scoreboard, slot: Scoreboard.Slot,
        accessLog: RequestLog? = nil, recycling: Recycling? = nil, log: Logger
    ) {
        self.application = application
        self.scoreboard = scoreboard
        self.slot = slot
        self.accessLog = accessLog
        self.recycling = recycling
        self.log = log
        inFlight = InFlightTable(slot)
        connections = OpenConnections(slot)
        limits = Limits(settings)
        budget = BufferBudget(
            limit: settings.bufferMemory ?? Settings.bufferMemory(of: settings.maxWorkerMemory), body: settings.maxBody)
        times = ConnectionTimes(
            head: settings.headerTimeout.asNanoseconds, keepAlive: settings.keepAlive.asNanoseconds,
            body: settings.bodyTimeout.asNanoseconds, send: settings.sendTimeout.asNanoseconds,
            request: settings.requestTimeout?.asNanoseconds)
        maxConnections = settings.maxConnections
        patience = settings.workerTimeout?.asNanoseconds
        maxConnectionsPerAddress = settings.maxConnectionsPerAddress
        pool = BlockingPool(
            threads: settings.blockingThreads, capacity: settings.maxConnections * Connection.mostExchanges, slot: slot)
        host = ServerHost(pool)
        isTimed = application.sendsProcessTime
        application.start(on: host)
    }

    /// Accepts connections, from now on; not once more, and not when the worker leaves already.
    func start(_ listeners: [Listener]) {
        guard stopping == nil, !isDraining else { return }
        EventLoop.shared.onPass = { [slot, trim] now in
            slot.tick = now
            trim.passBegins(at: now)
        }
        RepeatingTimer(every: 1_000_000_000) { [weak self] now in
            HealthReport.shared.tell(at: now)
            self?.lookAtPool(now)
        }.start()
        EventLoop.shared.onMessages = { [host] in host.endPass() }
        EventLoop.shared.onPassEnd = { [host, accessLog, pool] in
            host.endPass()
            pool.wake()
            accessLog?.flush()
            if self.budget.isAskedFor { self.giveMemory() }
        }
        slot.tick = MonotonicClock.nanoseconds
        slot.state = .ready
        let stop = AcceptorStop()
        stopping = stop
        for listener in listeners {
            let acceptor = Acceptor(
                listener, scoreboard: scoreboard, slot: slot, connections: connections, limit: maxConnections,
                limitPerAddress: maxConnectionsPerAddress, log: log)
            acceptors.append(acceptor)
            let thread = acceptor.start { descriptor, peer in
                LoopExecutor.shared.call {
                    acceptor.connectionAdopted()
                    self.adopt(descriptor, peer, listener)
                }
            } ended: {
                LoopExecutor.shared.call { stop.ended(acceptor) }
            }
            stop.add(acceptor, thread)
        }
    }

    /// Busy is not stuck, so nothing is done about it but to say so.
    private func lookAtPool(_ now: UInt64) {
        guard let patience else { return }
        for news in pool.look(at: now, patience: patience) {
            switch news {
            case .stalls(let stall):
                log.warning(
                    "requests wait for blocking threads, and none of their operation goes on; give more by --blocking-threads, or a limit by --request-timeout",
                    metadata: [
                        "operation": "\(stall.operation)", "waiting": "\(stall.waiting)",
                        "seconds": "\(stall.silence / 1_000_000_000)", "held_by": "\(stall.words)",
                    ])
            case .goesOn(let operation):
                log.notice("blocking threads go on", metadata: ["operation": "\(operation)"])
            }
        }
    }

    private func adopt(_ descriptor: Int32, _ peer: SocketAddress, _ listener: Listener) {
        let socket = ClientSocket(owning: descriptor, peer: peer, listener: listener, server: self)
        sockets[ObjectIdentifier(socket)] = socket
        socket.open()
        if isDraining { socket.drain() }
    }

    func closed(_ socket: ClientSocket, holding bytes: Int) {
        let identifier = ObjectIdentifier(socket)
        sockets[identifier] = nil
        budget.change(identifier, by: -bytes)
        budget.forget(identifier)
        connections.closed()
        if maxConnectionsPerAddress != nil, !socket.peer.isLocal {
            scoreboard.connectionClosed(from: socket.peer.network, on: slot)
        }
        for acceptor in acceptors { acceptor.connectionClosed() }
        if sockets.isEmpty { resumeWaiting() }
    }

    // MARK: Memory

    /// A connection holds so many bytes more than before, or fewer.
    func holds(_ socket: ClientSocket, _ bytes: Int) {
        budget.change(ObjectIdentifier(socket), by: bytes)
    }

    /// Whether more is read of a request; `readOn` is called later where not.
    func mayRead(_ socket: ClientSocket, after bytes: Int) -> Bool {
        budget.mayRead(ObjectIdentifier(socket), after: bytes, at: EventLoop.shared.moment.nanoseconds)
    }

    /// Whether there is no memory for a large answer.
    var isFull: Bool { budget.isFull }

    private func giveMemory() {
        for identifier in budget.next(at: EventLoop.shared.moment.nanoseconds) { sockets[identifier]?.readOn() }
    }

    // MARK: Requests

    /// A request is about to be handled.
    func enter(_ request: Request, at arrival: UInt64) -> InFlightTable.Entry {
        inFlight.enter(request.head.bytes, path: request.head.path, at: arrival)
    }

    /// It is answered, or nobody waits for the answer.
    func leave(_ entry: InFlightTable.Entry) {
        inFlight.leave(entry)
    }

    /// A handler has been on the loop for that time.
    func held(by request: Request, from start: UInt64) {
        let end = MonotonicClock.nanoseconds
        let path = String(decoding: request.path, as: UTF8.self)
        guard holds.isNews("\(request.method) \(path)", from: start, to: end) else { return }
        log.warning(
            "a handler has held the loop, and all requests waited for it; let it run on the pool of threads",
            metadata: [
                "method": "\(request.method)", "path": "\(path)", "milliseconds": "\((end - start) / 1_000_000)",
            ])
    }

    /// An answer goes out.
    func answered(_ request: AnsweredRequest) {
        slot.requestAnswered(in: request.latency)
        answers += 1
        if let recycling { recycling.answered(answers) }
    }

    /// An answer has been sent, or never will be.
    /// - Parameter peer: the client's address; empty for one of a unix socket.
    func log(_ request: AnsweredRequest, _ words: RequestWords, peer: String) {
        accessLog?.append(request, words, peer: peer)
    }

    /// A request, or its content, is refused by the server itself. Anybody can cause that as often as they like, so it is
    /// said to those alone who look for it.
    func refused(_ refusal: Refusal, peer: String) {
        log.debug(
            "a request is refused",
            metadata: ["status": "\(refusal.status.code)", "reason": "\(refusal.detail)", "peer": "\(peer)"])
    }

    // MARK: Leaving

    /// Serves on; the application hears from now on that the server is about to stop.
    func withdraw() {
        if isLeaving { return }
        isLeaving = true
        application.drain()
    }

    /// Nobody else will serve what waits on the listeners: whoever stops accepting takes that too.
    func closeListeners() {
        for acceptor in acceptors { acceptor.closeListener() }
    }

    /// Accepts no more, and returns when every connection is finished.
    /// - Parameter draining: called when no connection is accepted any more.
    func drain(draining: () -> Void = {}) async {
        isDraining = true
        withdraw()
        slot.state = .draining
        for socket in sockets.values { socket.drain() }
        await stopping?.run()
        draining()
        await finished()
    }

    /// Cancels what is in flight and closes every connection.
    func stop() {
        isDraining = true
        withdraw()
        slot.state = .draining
        for acceptor in acceptors { acceptor.stop() }
        for socket in sockets.values { socket.stop() }
    }

    /// Returns when no connection is open, and everybody who wanted to hear of an answer's end has heard.
    func finished() async {
        if !sockets.isEmpty { await withCheckedContinuation { waiting.append($0) } }
        host.endPass()
    }

    private func resumeWaiting() {
        for continuation in waiting { continuation.resume() }
        waiting = []
    }

    /// The answer for a handler that threw. The client gets an id, and the log the error beside it.
    func failure(_ error: any Error) -> Response {
        let id = report(error)
        return Response(
            .internalServerError, fields: [Field("content-type", "application/json")],
            body: Array(#"{"detail":"Internal Server Error","id":"\#(id)"}"#.utf8))
    }

    /// Logs why a request failed.
    /// - Returns: the id beside it.
    func report(_ error: any Error) -> String {
        let id = RandomID.make()
        log.error("a request failed", metadata: ["id": "\(id)", "error": "\(error)"])
        return id
    }
}

extension Duration {
    /// Whole nanoseconds; none below zero.
    var asNanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        return UInt64(max(0, seconds)) * 1_000_000_000 + UInt64(max(0, attoseconds / 1_000_000_000))
    }
}
