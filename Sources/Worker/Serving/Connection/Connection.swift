import Messages

/// One client's connection as a value: what has come and what is owed decide what is done next. It knows no socket and
/// no clock.
///
/// Its owner tells it what happened (`receive`, `receiveEnd`, `answer`, `wrote`, `expire`, `drain`, `stop`), performs
/// every action that `next` gives until there is none, and then writes `output`.
struct Connection: ~Copyable {
    enum Action {
        /// A request for the application; `answer` is called with its number, now or later.
        case handle(number: Int, IncomingRequest)
        /// No byte follows those that were written; reading goes on until the client's end.
        case halfClose
        /// Nothing is owed any more, or nothing can be: close, and cancel what still runs.
        case close
    }

    private enum Phase {
        case open
        /// No further request is taken; what is owed is sent.
        case finishing
        /// All is sent; bytes are dropped until the client's end. A plain close would answer them with a reset, which
        /// can destroy answers that the client has not read yet (RFC 9112, section 9.6).
        case lingering
        case closed
    }

    /// Requests that may wait for their answers before no more is read.
    static let mostExchanges = 16
    /// Bytes of answers that may wait for the client before no more is handled.
    static let mostOutput = 256 << 10

    private let times: ConnectionTimes
    private let isLogged: Bool
    private var parser: RequestParser
    private var phase = Phase.open
    private var exchanges: [Exchange] = []
    private var requests = 0
    /// One that is not safe, and waits until those before it are answered.
    private var parked: IncomingRequest?
    private var inputEnded = false
    private var drainsSince: UInt64?
    private var isCloseDue = false
    /// When the half-close was.
    private var lingersSince: UInt64 = 0
    /// When the wait began that the current deadline ends.
    private var since: UInt64

    /// Bytes to be written.
    private(set) var output = OutputBuffer()
    /// Since the last `takeAnswers`, refusals too.
    private var answers: [AnsweredRequest] = []
    /// For each of them, where there is an access log.
    private var words: [RequestWords] = []

    /// - Parameter isLogged: whether there is an access log.
    init(limits: Limits, times: ConnectionTimes, isLogged: Bool = false, at now: UInt64) {
        self.times = times
        self.isLogged = isLogged
        parser = RequestParser(limits: limits)
        since = now
    }

    var hasOutput: Bool { output.count > 0 }

    /// Whether bytes from the client are of use now.
    var wantsInput: Bool {
        if inputEnded { return false }
        switch phase {
        case .open: return hasRoom
        case .lingering: return true
        case .finishing, .closed: return false
        }
    }

    /// Requests run side by side only while all of them are safe (RFC 9112, section 9.3.2): what follows a POST must see
    /// what it did.
    private var hasRoom: Bool {
        exchanges.count < Self.mostExchanges && output.count < Self.mostOutput
            && exchanges.last?.isSafe != false && parked == nil
    }

    // MARK: What happens

    /// Bytes have come.
    mutating func receive(_ bytes: UnsafeRawBufferPointer, at now: UInt64) {
        if phase == .lingering, drainsSince == nil {
            // A client that still sends a body has not looked at its refusal yet.
            since = min(now, lingersSince + times.longestLinger - times.linger)
        }
        guard phase == .open else { return }
        if parser.progress != .head { since = now }
        parser.append(bytes)
    }

    /// The client sends no more; it still reads.
    mutating func receiveEnd() {
        inputEnded = true
    }

    /// An answer is there. One that nobody waits for any more is dropped.
    mutating func answer(_ number: Int, with response: Response, at moment: Moment) {
        guard let index = exchanges.firstIndex(where: { $0.number == number && $0.response == nil }) else { return }
        if index == 0 {
            encode(response, at: moment)
            encode(at: moment)
        } else {
            exchanges[index].response = response
        }
    }

    /// That many bytes of the output have been taken.
    mutating func wrote(_ count: Int, at now: UInt64) {
        output.take(count)
        since = now
    }

    /// Gives every answer since the last time, in order, with its words where there is an access log.
    mutating func takeAnswers(_ body: (AnsweredRequest, RequestWords?) -> Void) {
        if answers.isEmpty { return }
        for index in answers.indices { body(answers[index], isLogged ? words[index] : nil) }
        answers.removeAll(keepingCapacity: true)
        if isLogged { words.removeAll() }
    }

    /// The socket is of no use any more.
    mutating func fail() {
        if phase == .closed { return }
        phase = .closed
        isCloseDue = true
    }

    /// The worker takes its leave: the next answer that nothing follows is the last one.
    mutating func drain(at now: UInt64) {
        drainsSince = drainsSince ?? now
    }

    /// The worker leaves now: what is not answered yet is refused.
    mutating func stop(at moment: Moment) {
        guard phase == .open || phase == .finishing else { return }
        for index in exchanges.indices where exchanges[index].response == nil {
            exchanges[index].response = Refusal.stopping.response
        }
        if !exchanges.isEmpty { exchanges[exchanges.count - 1].persistence = .closed }
        phase = .finishing
        encode(at: moment)
    }

    /// When to call `expire` unless something happens before; nil when it is not the client who is waited for.
    var deadline: UInt64? {
        switch phase {
        case .closed: return nil
        case .lingering: return since + times.linger
        case .open, .finishing:
            if let requestDeadline { return min(requestDeadline, clientDeadline ?? .max) }
            return clientDeadline
        }
    }

    /// Of the request that came first of those that are not answered.
    private var requestDeadline: UInt64? {
        guard let limit = times.request else { return nil }
        if let first = exchanges.first(where: { $0.response == nil }) { return first.arrival + limit }
        return phase == .open && parser.progress == .body ? parser.arrival + limit : nil
    }

    /// Of what the client is to do.
    private var clientDeadline: UInt64? {
        if hasOutput { return since + times.standstill }
        if !exchanges.isEmpty { return nil }
        switch parser.progress {
        case .head: return since + times.head
        case .body: return since + times.standstill
        case .idle:
            if let drainsSince { return max(since, drainsSince) + times.lastChance }
            return since + (requests == 0 ? times.head : times.keepAlive)
        }
    }

    /// Time has passed; does nothing before the deadline.
    /// - Returns: the numbers of the requests for whose answers nobody waits any more: their handlers are to be cancelled.
    mutating func expire(at moment: Moment) -> [Int] {
        guard let deadline, deadline <= moment.nanoseconds else { return [] }
        let late = giveUpLate(at: moment)
        if late.isEmpty { expireClient(at: moment) }
        return late
    }

    /// The client has not done in time what it was to do.
    private mutating func expireClient(at moment: Moment) {
        if phase == .lingering || hasOutput && since + times.standstill <= moment.nanoseconds { return fail() }
        switch parser.progress {
        case .head: refuse(.headTimeout, at: moment)
        case .body: refuse(.bodyTimeout, at: moment)
        case .idle where requests == 0 && drainsSince == nil: refuse(.headTimeout, at: moment)
        case .idle: phase = .finishing
        }
    }

    /// Answers for the handlers that have not; later requests that are with theirs may still be answered by them.
    private mutating func giveUpLate(at moment: Moment) -> [Int] {
        guard let limit = times.request else { return [] }
        var late: [Int] = []
        for index in exchanges.indices
        where exchanges[index].response == nil && exchanges[index].arrival + limit <= moment.nanoseconds {
            exchanges[index].response = Refusal.late.response
            late.append(exchanges[index].number)
        }
        if late.isEmpty { return [] }
        exchanges[exchanges.count - 1].persistence = .closed
        phase = .finishing
        encode(at: moment)
        return late
    }

    // MARK: What is done

    /// What to do now; nil when all that can be done is done, but for writing the output.
    mutating func next(at moment: Moment) -> Action? {
        if phase == .open {
            if let action = nextRequest(at: moment) { return action }
        }
        if phase == .finishing, exchanges.isEmpty, !hasOutput {
            since = moment.nanoseconds
            lingersSince = since
            phase = inputEnded ? .closed : .lingering
            isCloseDue = inputEnded
            if phase == .lingering { return .halfClose }
        }
        if phase == .lingering, inputEnded {
            phase = .closed
            isCloseDue = true
        }
        guard isCloseDue else { return nil }
        isCloseDue = false
        return .close
    }

    private mutating func nextRequest(at moment: Moment) -> Action? {
        if exchanges.isEmpty, let request = parked.take() { return begin(request, at: moment) }
        guard hasRoom else { return nil }
        switch parser.next(at: moment.nanoseconds) {
        case .request(let request):
            guard exchanges.isEmpty || request.head.method.isSafe else {
                parked = request
                return nil
            }
            return begin(request, at: moment)
        case .refused(let refusal):
            refuse(refusal, at: moment)
        case nil:
            if inputEnded {
                if parser.progress == .idle { phase = .finishing } else { refuse(.incomplete, at: moment) }
            } else if exchanges.isEmpty, parser.awaitsContinue {
                output.append(ResponseEncoder.continueLine)
                parser.continueSent()
            }
        }
        return nil
    }

    private mutating func begin(_ request: IncomingRequest, at moment: Moment) -> Action {
        requests += 1
        since = moment.nanoseconds
        if !request.isPersistent { phase = .finishing }
        let persistence: ResponseEncoder.Persistence =
            request.isPersistent ? (request.isOld ? .keptAlive : .implied) : .closed
        exchanges.append(
            Exchange(
                number: requests, arrival: request.arrival, isHead: request.head.method == .head,
                isSafe: request.head.method.isSafe, persistence: persistence,
                words: isLogged ? RequestWords(request.head) : nil))
        return .handle(number: requests, request)
    }

    private mutating func refuse(_ refusal: Refusal, at moment: Moment) {
        requests += 1
        phase = .finishing
        exchanges.append(
            Exchange(
                number: requests, arrival: since, isHead: false, isSafe: true, persistence: .closed,
                response: refusal.response, words: isLogged ? RequestWords(line: parser.unansweredLine) : nil))
        encode(at: moment)
    }

    /// Answers that are there and whose turn it is.
    private mutating func encode(at moment: Moment) {
        while let response = exchanges.first?.response { encode(response, at: moment) }
    }

    /// The answer to the request that came first.
    private mutating func encode(_ response: Response, at moment: Moment) {
        let exchange = exchanges.count == 1 ? exchanges.removeLast() : exchanges.removeFirst()
        var persistence = exchange.persistence
        if drainsSince != nil, phase == .open, exchanges.isEmpty, parser.progress == .idle, parked == nil {
            persistence = .closed
            phase = .finishing
        }
        let size = ResponseEncoder.append(
            response, isHead: exchange.isHead, persistence: persistence, arrival: exchange.arrival, at: moment,
            to: &output)
        let latency = moment.nanoseconds > exchange.arrival ? moment.nanoseconds - exchange.arrival : 0
        answers.append(AnsweredRequest(latency: latency, status: response.status.code, size: size))
        if let spoken = exchange.words { words.append(spoken) }
        since = moment.nanoseconds
    }
}
