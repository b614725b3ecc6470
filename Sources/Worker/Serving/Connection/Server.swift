internal import Contract
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
    /// Whether readiness is to be answered with no.
    private(set) var isLeaving = false
    private(set) var isDraining = false
    private let inFlight: InFlightTable
    private let recycling: Recycling?

    private let scoreboard: Scoreboard
    private let maxConnections: Int
    private var sockets: [ObjectIdentifier: ClientSocket] = [:]
    private var acceptors: [Acceptor] = []
    private var stopping: AcceptorStop?
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
        limits = Limits(body: settings.maxBody)
        times = ConnectionTimes(
            head: settings.headerTimeout.asNanoseconds, keepAlive: settings.keepAlive.asNanoseconds,
            request: settings.requestTimeout?.asNanoseconds)
        maxConnections = settings.maxConnections
        pool = BlockingPool(
            threads: settings.blockingThreads, capacity: settings.maxConnections * Connection.mostExchanges, slot: slot)
    }

    /// Accepts connections, from now on; not once more, and not when the worker leaves already.
    func start(_ listeners: [Listener]) {
        guard stopping == nil, !isDraining else { return }
        EventLoop.shared.onPass = { [slot] in slot.tick = $0 }
        EventLoop.shared.onMessages = { [application] in application.passEnded() }
        EventLoop.shared.onPassEnd = { [application, accessLog] in
            application.passEnded()
            accessLog?.flush()
        }
        slot.tick = MonotonicClock.nanoseconds
        slot.state = .ready
        let stop = AcceptorStop()
        stopping = stop
        for listener in listeners {
            let acceptor = Acceptor(
                listener, scoreboard: scoreboard, slot: slot, limit: maxConnections, log: log)
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

    private func adopt(_ descriptor: Int32, _ peer: SocketAddress, _ listener: Listener) {
        let socket = ClientSocket(owning: descriptor, peer: peer, listener: listener, server: self)
        sockets[ObjectIdentifier(socket)] = socket
        socket.open()
        if isDraining { socket.drain() }
    }

    func closed(_ socket: ClientSocket) {
        sockets[ObjectIdentifier(socket)] = nil
        slot.connectionClosed()
        for acceptor in acceptors { acceptor.connectionClosed() }
        if sockets.isEmpty { resumeWaiting() }
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

    /// An answer goes out.
    /// - Parameters:
    ///   - words: where there is an access log.
    ///   - peer: the client's address; empty for one of a unix socket.
    func answered(_ request: AnsweredRequest, _ words: RequestWords?, peer: String) {
        slot.requestAnswered(in: request.latency)
        if let accessLog, let words { accessLog.append(request, words, peer: peer) }
        if let recycling { recycling.answered(slot.requests) }
    }

    // MARK: Leaving

    /// Serves on; the application hears from now on that the server is about to stop.
    func withdraw() {
        isLeaving = true
    }

    /// Accepts no more, and returns when every connection is finished.
    /// - Parameter draining: called when no connection is accepted any more.
    func drain(draining: () -> Void = {}) async {
        isDraining = true
        isLeaving = true
        slot.state = .draining
        for socket in sockets.values { socket.drain() }
        await stopping?.run()
        draining()
        await finished()
    }

    /// Cancels what is in flight and closes every connection.
    func stop() {
        isDraining = true
        isLeaving = true
        slot.state = .draining
        for acceptor in acceptors { acceptor.stop() }
        for socket in sockets.values { socket.stop() }
    }

    /// Returns when no connection is open.
    func finished() async {
        if sockets.isEmpty { return }
        await withCheckedContinuation { waiting.append($0) }
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
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        let id = String(repeating: "0", count: 16 - digits.count) + digits
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
