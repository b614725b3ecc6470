import Contract
import Linux
import Messages

@testable import Serving

/// A connection without a socket: its owner's part is played by hand, and time by a number.
final class ConnectionBench {
    static let second: UInt64 = 1_000_000_000

    private var connection: Connection
    private(set) var time = LoopTime(nanoseconds: 1000 * second)
    /// Requests that wait for an answer, by number.
    private(set) var waiting: [Int: Request] = [:]
    /// Numbers of requests whose handlers are to be cancelled.
    private(set) var givenUp: [Int] = []
    private(set) var isHalfClosed = false
    private(set) var isClosed = false
    private(set) var isReset = false
    /// How content is taken.
    var mode: (RequestHead) -> ContentMode = { _ in .whole }
    /// What a refusal whose request is known is answered with, when it is not its own text.
    var finishedBy = ""
    /// What the reader of a request's content has heard.
    private(set) var delivered: [String] = []
    /// The answer whose content is to be made.
    private(set) var making: Int?
    /// Whether its maker heard that there is room, after it had waited.
    private(set) var hasBeenAsked = false
    var wantsInput: Bool { connection.wantsInput }
    var deadline: UInt64? { connection.deadline }
    /// Bytes that wait for the client.
    var pending: Int { connection.writer.output.count }
    /// Bytes that it holds.
    var heldBytes: Int { connection.heldBytes }

    /// There is no memory for more of the request that comes in, or there is again.
    func pauseReading() { connection.pauseReading(at: time.nanoseconds) }
    func resumeReading() { connection.resumeReading(at: time.nanoseconds) }
    /// Bytes of memory for them.
    var capacity: Int { connection.writer.output.capacity }
    /// What the client can read.
    private(set) var received = ""
    /// Whether requests are answered at once, with their path.
    var answersAtOnce = true
    /// How many requests may be begun in a turn.
    var requestsOfATurn = TurnBudget.usual
    /// Whether the next turn comes at once.
    var isAlone = true
    /// How often there was more to begin than a turn let.
    private(set) var turns = 0
    /// Whether the client reads what is written.
    var clientReads = true

    /// - Parameter requestTimeout: in seconds.
    convenience init(limits: RequestLimits = RequestLimits(), requestTimeout: UInt64, accessLog: AccessLogFormat? = nil)
    {
        let times = ConnectionTimeouts(request: requestTimeout * Self.second)
        self.init(limits: limits, times: times, accessLog: accessLog)
    }

    init(
        limits: RequestLimits = RequestLimits(), times: ConnectionTimeouts = ConnectionTimeouts(),
        accessLog: AccessLogFormat? = nil, isTimed: Bool = false, trustsPeer: Bool = false
    ) {
        connection = Connection(
            limits: limits, timeouts: times, accessLog: accessLog, isTimed: isTimed, trustsPeer: trustsPeer,
            at: time.nanoseconds)
    }

    func send(_ text: String) { send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { connection.receive($0, at: time.nanoseconds) }
        advance()
    }

    /// The client is gone.
    func fail() {
        connection.fail(at: time.nanoseconds)
        advance()
    }

    func end() {
        connection.receiveEnd()
        advance()
    }

    func answer(_ number: Int, _ response: Response) {
        waiting[number] = nil
        connection.answer(number, with: response, at: time)
        advance()
    }

    /// The handler waits for a piece of its request's content.
    func ask(_ number: Int) {
        connection.askForContent(number, at: time.nanoseconds)
        advance()
    }

    /// A piece of an answer's content.
    /// - Returns: whether it was wanted.
    @discardableResult
    func make(_ number: Int, _ piece: String) -> Bool {
        defer { advance() }
        return connection.send(number, Array(piece.utf8), at: time)
    }

    /// The maker has made more than is sent, and waits.
    func waitForRoom(_ number: Int) {
        hasBeenAsked = false
        connection.waitForRoom(number)
        advance()
    }

    var hasRoomForContent: Bool { connection.hasRoomForContent }

    @discardableResult
    func endContent(_ number: Int) -> Int {
        defer { advance() }
        return connection.endContent(number, at: time)
    }

    func cutContent(_ number: Int) {
        _ = connection.cutContent(number, at: time.nanoseconds)
        advance()
    }

    func drain() {
        connection.drain(at: time.nanoseconds)
        advance()
    }

    func stop() {
        connection.stop(at: time)
        advance()
    }

    /// Lets time pass, and tells the connection so.
    func wait(_ seconds: Double) {
        time.nanoseconds += UInt64(seconds * Double(Self.second))
        for number in connection.expire(at: time) {
            waiting[number] = nil
            givenUp.append(number)
        }
        advance()
    }

    /// The access log's lines since the last time.
    /// - Parameter showsIDs: whether the ids of requests are there, which differ from line to line.
    func takeLog(peer: String, showsIDs: Bool = false) -> String {
        var output: [UInt8] = []
        let now = time.nanoseconds
        func append(_ answer: ResponseMetrics, _ words: AccessLogFields) {
            var origin = AccessLogLine.Origin(LogProcess(.worker(slot: 2, generation: 3), pid: 41))
            origin.update(second: 1_795_428_930, nanoseconds: 7_000_000)
            AccessLogLine.append(answer, words, route: nil, client: peer, peer: peer, origin, to: &output)
        }
        connection.takeSent(at: now, append)
        if isClosed { connection.takeUnsent(at: now, append) }
        let text = String(decoding: output, as: UTF8.self)
        if showsIDs { return text }
        return text.replacing(/\ request=[0-9a-f]{16}|,"http.request.id":"[0-9a-f]{16}"/, with: "")
    }

    /// Why requests were refused, as the log has it.
    private(set) var rejections: [String] = []

    /// How many requests are answered since the last time.
    func countAnswers() -> Int {
        var count = 0
        connection.takeUncounted { _ in count += 1 }
        return count
    }

    /// What the client has read since the last time: status codes and contents, and whether the last one closes.
    func take() -> String {
        defer { received = "" }
        return received.replacing("\r\n", with: "\n").split(separator: "HTTP/1.1 ").map { answer in
            let status = answer.prefix { $0 != " " }
            let content = answer.firstRange(of: "\n\n").map { answer[$0.upperBound...] } ?? ""
            let closes = answer.contains("\nconnection: close\n") ? " closes" : ""
            return content.isEmpty ? "\(status)\(closes)" : "\(status) \(content)\(closes)"
        }.joined(separator: " | ")
    }

    /// The client, which does not read by itself, takes that many bytes.
    func read(_ count: Int) {
        connection.wrote(count, at: time.nanoseconds)
        advance()
    }

    private static func text(_ event: IncomingContent.Event) -> String {
        switch event {
        case .piece(let bytes): String(decoding: bytes, as: UTF8.self)
        case .end: "end"
        case .failure(let rejection): "\(rejection.status.code)"
        case .closed: "closed"
        }
    }

    private func advance() {
        repeat {
            connection.beginTurn(requestsOfATurn, at: time.nanoseconds)
            while let action = connection.next(at: time) {
                switch action {
                case .handle(let number, let incoming):
                    let request = Request(head: incoming.head, body: incoming.body)
                    if answersAtOnce {
                        connection.answer(number, with: Response(.ok, body: Array(request.path)), at: time)
                    } else {
                        waiting[number] = request
                    }
                case .reject(let number, let request, let rejection):
                    var response = rejection.response
                    if !finishedBy.isEmpty { response.body = Array("\(finishedBy) \(request.head.method)".utf8) }
                    connection.answer(number, with: response, at: time)
                case .decide(let head): connection.take(mode(head), at: time)
                case .deliver(_, let event): delivered.append(Self.text(event))
                case .produce(let number, _): making = number
                case .resumeProducer: hasBeenAsked = true
                case .halfClose: isHalfClosed = true
                case .close: isClosed = true
                case .reset:
                    isClosed = true
                    isReset = true
                }
            }
            if connection.wantsTurn(at: time.nanoseconds) { turns += 1 }
        } while write() || isAlone && connection.wantsTurn(at: time.nanoseconds)
    }

    private func write() -> Bool {
        if let rejection = connection.takeRejection() { rejections.append(rejection.detail) }
        guard connection.hasOutput, clientReads, !isClosed else { return false }
        let pending = connection.writer.output.count
        received += connection.writer.output.withBytes { String(decoding: $0, as: UTF8.self) }
        connection.wrote(pending, at: time.nanoseconds)
        return true
    }
}
