internal import Contract
internal import Linux
import Logging
import Messages

/// Tells the scoreboard, the access log and the worker's log of requests: when they begin, when they are answered, and when
/// they are rejected.
@LoopActor final class RequestTracker {
    private let slot: Scoreboard.Slot
    let metrics: RequestMetrics
    private var seeds = RequestNumbers(seed: .random(in: .min ... .max))
    private let inFlight: InFlightTable
    private let accessLog: AccessLogWriter?
    private let recycling: Recycling?
    private let log: Logger
    /// The scoreboard gets the same number, and is never read: other processes can write to it.
    private var answered: UInt64 = 0
    private var slowHandlers = SlowHandlerReports()
    private var reportedLostLines: UInt64 = 0

    /// - Parameter recycling: nil for a worker that serves any number of requests.
    init(
        slot: Scoreboard.Slot, metrics: RequestMetrics, accessLog: AccessLogWriter?, recycling: Recycling?, log: Logger
    ) {
        self.slot = slot
        self.metrics = metrics
        inFlight = InFlightTable(slot)
        self.accessLog = accessLog
        self.recycling = recycling
        self.log = log
    }

    /// nil where there is no access log.
    var accessLogFormat: AccessLogFormat? { accessLog?.format }

    /// A request is about to be handled.
    func enter(_ request: Request, at arrival: UInt64) -> InFlightTable.Entry {
        let identity = request.identity
        guard let given = identity.given else {
            return inFlight.enter(request.head.bytes, path: request.head.path, number: identity.number, at: arrival)
        }
        return inFlight.enter(
            request.head.bytes, path: request.head.path, number: identity.number,
            given: given.id.map { Array($0.utf8) } ?? [], trace: given.trace?.words ?? (0, 0), at: arrival)
    }

    /// For the ids of a connection's requests.
    func nextSeed() -> UInt64 { seeds.next() }

    /// Bytes were read from a client.
    func received(_ bytes: Int) {
        slot.bytesReceived(bytes)
    }

    /// Bytes were written to a client.
    func sent(_ bytes: Int) {
        slot.bytesSent(bytes)
    }

    /// A request is answered, or nobody waits for the response.
    func leave(_ entry: InFlightTable.Entry) {
        inFlight.leave(entry)
    }

    /// A response is sent.
    func answered(_ response: ResponseMetrics) {
        metrics.count(response)
        answered += 1
        if let recycling { recycling.answered(answered) }
    }

    /// A response has been sent, or never will be.
    /// - Parameters:
    ///   - client: the address of the client, as trusted proxies say; empty where it is not known.
    ///   - peer: the address of the connection's other end; empty for a unix socket.
    func log(_ response: ResponseMetrics, _ fields: AccessLogFields, client: String, peer: String) {
        accessLog?.append(
            response, fields, route: metrics.route(of: response.series), client: client, peer: peer)
    }

    /// Lets the master know of lines that this worker has lost.
    func reportLostLines() {
        let lost = LogOutput.lostLines + (accessLog?.lostLines ?? 0)
        guard lost > reportedLostLines else { return }
        slot.logLinesLost(Int(clamping: lost - reportedLostLines))
        reportedLostLines = lost
    }

    /// The server itself rejected a request, or its content. Clients can cause that as often as they like, so it is logged at
    /// level `debug` only.
    func rejected(_ rejection: RequestRejection, peer: String) {
        log.debug(
            "request rejected",
            metadata: ["status": "\(rejection.status.code)", "reason": "\(rejection.detail)", "peer": "\(peer)"])
    }

    /// A handler that ran on the loop has returned.
    func handlerReturned(_ request: Request, from start: UInt64) {
        let end = MonotonicClock.nanoseconds
        let path = String(decoding: request.path, as: UTF8.self)
        guard slowHandlers.shouldReport("\(request.method) \(path)", from: start, to: end) else { return }
        log.warning(
            "a handler blocked the loop, and all other requests waited for it; run it on the blocking threads",
            metadata: [
                "method": "\(request.method)", "path": "\(path)", "milliseconds": "\((end - start) / 1_000_000)",
            ])
    }
}

/// Which handlers that block the loop are reported, in debug builds: a value. Times in nanoseconds.
///
/// All other requests wait while a handler blocks the loop, which a developer with one client does not notice.
struct SlowHandlerReports {
    static let threshold: UInt64 = 50_000_000
    /// Between two reports.
    private static let interval: UInt64 = 1_000_000_000
    /// There can be any number of paths.
    private static let maxReports = 100

    private var reported: Set<String> = []
    private var lastTime: UInt64?

    /// - Parameter name: the method and the path; each is reported once.
    mutating func shouldReport(_ name: @autoclosure () -> String, from start: UInt64, to end: UInt64) -> Bool {
        guard end >= start, end - start > Self.threshold, reported.count < Self.maxReports else { return false }
        if let lastTime, end - lastTime < Self.interval { return false }
        guard reported.insert(name()).inserted else { return false }
        lastTime = end
        return true
    }
}

/// When a worker asks to be replaced because it has answered `--max-requests`. It serves until it is told to drain.
struct Recycling {
    private let limit: UInt64
    private let ask: (_ count: UInt64) -> Void

    /// - Parameters:
    ///   - limit: of requests.
    ///   - jitter: by how many percent the worker's own limit may differ, so that workers that start together are not
    ///     replaced together.
    ///   - ask: called once, with the number of answered requests.
    init(after limit: Int, jitter: Int, ask: @escaping (_ count: UInt64) -> Void) {
        let spread = limit / 100 * jitter + limit % 100 * jitter / 100
        self.limit = UInt64(max(1, Int.random(in: limit - spread...limit + spread)))
        self.ask = ask
    }

    /// A request is answered.
    /// - Parameter count: of all that are, this one included.
    func answered(_ count: UInt64) {
        if count == limit { ask(count) }
    }
}
