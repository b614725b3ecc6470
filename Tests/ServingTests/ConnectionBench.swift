import Messages

@testable import Serving

/// A connection without a socket: its owner's part is played by hand, and time by a number.
final class ConnectionBench {
    static let second: UInt64 = 1_000_000_000

    private var connection: Connection
    private(set) var moment = Moment(nanoseconds: 1000 * second, date: HTTPDate(second: 0))
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
    var pending: Int { connection.output.count }
    /// Bytes that it holds.
    var held: Int { connection.held }

    /// There is no memory for more of the request that comes in, or there is again.
    func holdBack() { connection.holdBack(at: moment.nanoseconds) }
    func readOn() { connection.readOn(at: moment.nanoseconds) }
    /// Bytes of memory for them.
    var capacity: Int { connection.output.capacity }
    /// What the client can read.
    private(set) var received = ""
    /// Whether requests are answered at once, with their path.
    var answersAtOnce = true
    /// How many requests may be begun in a turn.
    var requestsOfATurn = Turn.usual
    /// Whether the next turn comes at once.
    var isAlone = true
    /// How often there was more to begin than a turn let.
    private(set) var turns = 0
    /// Whether the client reads what is written.
    var clientReads = true

    /// - Parameter requestTimeout: in seconds.
    convenience init(limits: Limits = Limits(), requestTimeout: UInt64, isLogged: Bool = false) {
        let times = ConnectionTimes(request: requestTimeout * Self.second)
        self.init(limits: limits, times: times, isLogged: isLogged)
    }

    init(
        limits: Limits = Limits(), times: ConnectionTimes = ConnectionTimes(), isLogged: Bool = false,
        isTimed: Bool = false
    ) {
        connection = Connection(
            limits: limits, times: times, isLogged: isLogged, isTimed: isTimed, at: moment.nanoseconds)
    }

    func send(_ text: String) {
        Array(text.utf8).withUnsafeBytes { connection.receive($0, at: moment.nanoseconds) }
        advance()
    }

    /// The client is gone.
    func fail() {
        connection.fail(at: moment.nanoseconds)
        advance()
    }

    func end() {
        connection.receiveEnd()
        advance()
    }

    func answer(_ number: Int, _ response: Response) {
        waiting[number] = nil
        connection.answer(number, with: response, at: moment)
        advance()
    }

    /// The handler waits for a piece of its request's content.
    func ask(_ number: Int) {
        connection.askForContent(number, at: moment.nanoseconds)
        advance()
    }

    /// A piece of an answer's content.
    /// - Returns: whether it was wanted.
    @discardableResult
    func make(_ number: Int, _ piece: String) -> Bool {
        defer { advance() }
        return connection.send(number, Array(piece.utf8), at: moment)
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
        return connection.endContent(number, at: moment)
    }

    func cutContent(_ number: Int) {
        _ = connection.cutContent(number, at: moment.nanoseconds)
        advance()
    }

    func drain() {
        connection.drain(at: moment.nanoseconds)
        advance()
    }

    func stop() {
        connection.stop(at: moment)
        advance()
    }

    /// Lets time pass, and tells the connection so.
    func wait(_ seconds: Double) {
        moment.nanoseconds += UInt64(seconds * Double(Self.second))
        for number in connection.expire(at: moment) {
            waiting[number] = nil
            givenUp.append(number)
        }
        advance()
    }

    /// The access log's lines since the last time.
    func takeLog(peer: String) -> String {
        var output: [UInt8] = []
        let now = moment.nanoseconds
        func append(_ answer: AnsweredRequest, _ words: RequestWords) {
            AccessLine.append(answer, words, peer: peer, at: LogDate(second: 1_795_428_930), to: &output)
        }
        connection.takeSent(at: now, append)
        if isClosed { connection.takeUnsent(at: now, append) }
        return String(decoding: output, as: UTF8.self)
    }

    /// Why requests were refused, as the log has it.
    private(set) var refusals: [String] = []

    /// How many requests are answered since the last time.
    func countAnswers() -> Int {
        var count = 0
        connection.takeAnswers { _ in count += 1 }
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
        connection.wrote(count, at: moment.nanoseconds)
        advance()
    }

    private static func text(_ event: IncomingContent.Event) -> String {
        switch event {
        case .piece(let bytes): String(decoding: bytes, as: UTF8.self)
        case .end: "end"
        case .failure(let refusal): "\(refusal.status.code)"
        case .closed: "closed"
        }
    }

    private func advance() {
        repeat {
            connection.beginTurn(requestsOfATurn, at: moment.nanoseconds)
            while let action = connection.next(at: moment) {
                switch action {
                case .handle(let number, let incoming):
                    let request = Request(head: incoming.head, body: incoming.body)
                    if answersAtOnce {
                        connection.answer(number, with: Response(.ok, body: Array(request.path)), at: moment)
                    } else {
                        waiting[number] = request
                    }
                case .refuse(let number, let request, let refusal):
                    var response = refusal.response
                    if !finishedBy.isEmpty { response.body = Array("\(finishedBy) \(request.head.method)".utf8) }
                    connection.answer(number, with: response, at: moment)
                case .decide(let head): connection.take(mode(head), at: moment)
                case .deliver(_, let event): delivered.append(Self.text(event))
                case .make(let number, _): making = number
                case .makeMore: hasBeenAsked = true
                case .halfClose: isHalfClosed = true
                case .close: isClosed = true
                case .reset:
                    isClosed = true
                    isReset = true
                }
            }
            if connection.wantsTurn(at: moment.nanoseconds) { turns += 1 }
        } while write() || isAlone && connection.wantsTurn(at: moment.nanoseconds)
    }

    private func write() -> Bool {
        if let refusal = connection.takeRefusal() { refusals.append(refusal.detail) }
        guard connection.hasOutput, clientReads, !isClosed else { return false }
        let pending = connection.output.count
        received += connection.output.withBytes { String(decoding: $0, as: UTF8.self) }
        connection.wrote(pending, at: moment.nanoseconds)
        return true
    }
}
