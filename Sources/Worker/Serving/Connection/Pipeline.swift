import Messages

/// A request of the connection, and its response once there is one.
struct Exchange {
    /// Indirect: most responses are sent without being kept here, and an exchange stays small without them.
    indirect enum State {
        /// The handler has not answered.
        case pending
        /// The response waits until those before it are sent.
        case ready(Response)
        /// The head of the response is sent; its content is produced while it is sent.
        case streaming(OutgoingContent)
    }

    /// Counts the requests of the connection.
    let number: Int
    let arrival: UInt64
    let isHead: Bool
    /// Whether its handler changes nothing (RFC 9110, section 9.2.1).
    let isSafe: Bool
    /// Whether the requests that follow may run at the same time.
    let allowsConcurrency: Bool
    let isHTTP10: Bool
    /// What the response says of the connection.
    fileprivate(set) var persistence: ResponseEncoder.Persistence
    fileprivate(set) var state = State.pending
    /// Bytes of the request's content until it is answered, then of the response until its turn comes.
    fileprivate var heldBytes: Int
    /// Whether it runs on a blocking thread until it is answered.
    fileprivate var isBlocking = false
    /// Where the response is counted.
    fileprivate(set) var series = RequestMetrics.Series.unknown
    /// nil where there is no access log.
    let logFields: AccessLogFields?

    fileprivate init(
        number: Int, arrival: UInt64, isHead: Bool, isSafe: Bool, allowsConcurrency: Bool, isHTTP10: Bool,
        persistence: ResponseEncoder.Persistence, heldBytes: Int, logFields: AccessLogFields?
    ) {
        self.number = number
        self.arrival = arrival
        self.isHead = isHead
        self.isSafe = isSafe
        self.allowsConcurrency = allowsConcurrency
        self.isHTTP10 = isHTTP10
        self.persistence = persistence
        self.heldBytes = heldBytes
        self.logFields = logFields
    }

    var isPending: Bool {
        if case .pending = state { true } else { false }
    }

    @inline(__always) var isStreaming: Bool {
        if case .streaming = state { true } else { false }
    }

    /// Whether the whole response is there.
    var isAnswered: Bool {
        if case .ready(let response) = state { response.stream == nil } else { false }
    }

    fileprivate mutating func enter(_ state: consuming State) {
        if case .ready(let response) = state { heldBytes = response.body.count } else { heldBytes = 0 }
        self.state = state
    }

    /// Whether the content of that response has to be produced.
    func streamsContent(of response: borrowing Response) -> Bool {
        guard let stream = response.stream else { return false }
        return !isHead && stream.length != 0 && ResponseEncoder.hasContent(response.status)
    }
}

/// The requests of one connection that are not answered to the end, in order. It decides how many run at the same time.
///
/// Requests run side by side only while all of them are safe (RFC 9112, section 9.3.2): a request after a POST must see
/// what the POST did. Responses are sent in the order of the requests.
///
/// What `Connection` asks it for each request is mutating, for speed alone: else all of it would be copied to be looked at.
struct Pipeline: ~Copyable {
    static let maxExchanges = 16
    /// Of these, requests that run on blocking threads, which all connections share.
    private static let maxBlocking = 2
    /// Bytes of a response of which `maxExchanges` may be produced at once.
    private static let usualResponse = Connection.maxOutput / maxExchanges

    /// Not an element of the array: most connections have one exchange at a time, which then needs no array.
    private(set) var first: Exchange?
    private var others: [Exchange] = []
    /// A request that may not run beside those before it. It begins when they are answered.
    private var deferred: IncomingRequest?
    /// How many requests there were.
    private(set) var requestCount = 0
    /// Bytes that the exchanges hold: content of requests, and responses that wait for their turn.
    private var exchangeBytes = 0
    /// The expected size of the next response. Where the last ones were large, requests run one after another.
    private var expectedResponse = usualResponse

    var isEmpty: Bool { @inline(__always) mutating get { first == nil } }

    var count: Int { first == nil ? 0 : 1 + others.count }

    var isStreaming: Bool { @inline(__always) mutating get { first?.isStreaming == true } }

    /// Bytes of memory that count against the worker's buffer budget.
    @inline(__always) var heldBytes: Int { exchangeBytes + (deferred?.body.count ?? 0) }

    /// Whether a handler runs that may change something. No other request is there then.
    var isChanging: Bool { first.map { !$0.isSafe && $0.isPending } ?? false }

    /// Whether that request has no response yet.
    func isPending(_ number: Int) -> Bool {
        if let first, first.number == number { return first.isPending }
        return others.contains { $0.number == number && $0.isPending }
    }

    /// The arrival of the oldest request that has no response.
    var firstPendingArrival: UInt64? {
        guard let first else { return nil }
        return first.isPending ? first.arrival : others.first(where: \.isPending)?.arrival
    }

    // MARK: Requests

    /// Whether one more request may begin.
    /// - Parameter output: bytes that wait for the client.
    @inline(__always) mutating func hasRoom(output: Int) -> Bool {
        deferred == nil && (isEmpty ? output < Connection.maxOutput : hasRoomBeside(output))
    }

    private mutating func hasRoomBeside(_ output: Int) -> Bool {
        others.last?.allowsConcurrency ?? first?.allowsConcurrency ?? true
            && count < Self.maxExchanges && blocking < Self.maxBlocking
            && output + exchangeBytes + pending * expectedResponse < Connection.maxOutput
    }

    private var pending: Int {
        guard let first else { return 0 }
        return others.reduce(first.isPending ? 1 : 0) { $0 + ($1.isPending ? 1 : 0) }
    }

    private var blocking: Int {
        guard let first else { return 0 }
        return others.reduce(first.isBlocking && first.isPending ? 1 : 0) {
            $0 + ($1.isBlocking && $1.isPending ? 1 : 0)
        }
    }

    /// Whether that request may begin beside those that are not answered.
    @inline(__always) mutating func allows(_ request: borrowing IncomingRequest) -> Bool {
        isEmpty || request.head.method.isSafe && !request.isStreamed
    }

    /// Keeps a request until those before it are answered.
    mutating func deferUntilEmpty(_ request: consuming IncomingRequest) {
        deferred = request
    }

    var hasDeferred: Bool { @inline(__always) mutating get { deferred != nil } }

    /// Whether the deferred request may begin: those before it are answered.
    var mayBeginDeferred: Bool { @inline(__always) mutating get { deferred != nil && isEmpty } }

    mutating func takeDeferred() -> IncomingRequest? { deferred.take() }

    /// A request is handled.
    /// - Returns: its number.
    mutating func append(_ request: borrowing IncomingRequest, logFields: AccessLogFields?) -> Int {
        requestCount += 1
        let method = request.head.method
        append(
            Exchange(
                number: requestCount, arrival: request.arrival, isHead: method == .head, isSafe: method.isSafe,
                allowsConcurrency: method.isSafe && !request.isStreamed && !request.isHTTP10,
                isHTTP10: request.isHTTP10,
                persistence: request.isPersistent ? (request.isHTTP10 ? .keptAlive : .implied) : .closed,
                heldBytes: request.body.count, logFields: logFields))
        return requestCount
    }

    /// A request is rejected; it is the last one.
    /// - Parameter response: nil when the application provides it.
    /// - Returns: its number.
    mutating func appendRejected(
        arrival: UInt64, isHead: Bool, response: Response?, logFields: AccessLogFields?
    ) -> Int {
        requestCount += 1
        var exchange = Exchange(
            number: requestCount, arrival: arrival, isHead: isHead, isSafe: true, allowsConcurrency: true,
            isHTTP10: false, persistence: .closed, heldBytes: 0, logFields: logFields)
        if let response { exchange.enter(.ready(response)) }
        append(exchange)
        return requestCount
    }

    private mutating func append(_ exchange: consuming Exchange) {
        exchangeBytes += exchange.heldBytes
        if first == nil { first = exchange } else { others.append(exchange) }
    }

    /// Where the response to the last request is counted.
    @inline(__always) mutating func countLast(as series: RequestMetrics.Series) {
        if others.isEmpty { first?.series = series } else { others[others.count - 1].series = series }
    }

    mutating func markLastBlocking() {
        if others.isEmpty { first?.isBlocking = true } else { others[others.count - 1].isBlocking = true }
    }

    // MARK: Responses

    /// Keeps a response until its turn comes, if its request is pending and not the first.
    /// - Returns: whether its content has to be produced.
    mutating func keep(_ response: Response, for number: Int) -> Bool {
        guard let index = others.firstIndex(where: { $0.number == number && $0.isPending }) else { return false }
        enterOther(index, .ready(response))
        return others[index].streamsContent(of: response)
    }

    /// Taken out and put back: assigned through the optional, a response that holds a stream is leaked by Swift 6.3.1
    /// with optimization (seen by the fuzzer under the address sanitizer).
    mutating func enterFirst(_ state: consuming Exchange.State) {
        guard var exchange = first.take() else { return }
        exchangeBytes -= exchange.heldBytes
        exchange.enter(state)
        exchangeBytes += exchange.heldBytes
        first = exchange
    }

    private mutating func enterOther(_ index: Int, _ state: consuming Exchange.State) {
        exchangeBytes -= others[index].heldBytes
        others[index].enter(state)
        exchangeBytes += others[index].heldBytes
    }

    /// Answers the exchanges for which the closure returns true.
    /// - Parameter response: makes a response for a request's number.
    /// - Returns: the numbers of the requests.
    mutating func answerAll(
        where isAnswered: (Exchange) -> Bool, with response: (Int) -> Response
    ) -> [Int] {
        var numbers: [Int] = []
        if let exchange = first, isAnswered(exchange) {
            enterFirst(.ready(response(exchange.number)))
            numbers.append(exchange.number)
        }
        for index in others.indices where isAnswered(others[index]) {
            enterOther(index, .ready(response(others[index].number)))
            numbers.append(others[index].number)
        }
        return numbers
    }

    /// The response to the first request says that the connection closes.
    mutating func closeAfterFirst() {
        first?.persistence = .closed
    }

    /// The last response says that the connection closes.
    mutating func closeAfterLast() {
        if others.isEmpty { first?.persistence = .closed } else { others[others.count - 1].persistence = .closed }
    }

    mutating func removeFirst() -> Exchange? {
        guard let removed = first.take() else { return nil }
        exchangeBytes -= removed.heldBytes
        if !others.isEmpty { first = others.removeFirst() }
        return removed
    }

    /// A response had that many bytes of content.
    mutating func recordResponse(size: Int) {
        if size > expectedResponse || expectedResponse > Self.usualResponse {
            expectedResponse = max(size, expectedResponse / 2, Self.usualResponse)
        }
    }
}
