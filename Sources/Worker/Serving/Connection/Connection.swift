internal import Contract
import Messages

/// One client's connection as a value: what has come and what is owed decide what is done next. It knows no socket and no
/// clock.
///
/// Its owner tells it what happened (`receive`, `receiveEnd`, `answer`, `wrote`, `expire`, `drain`, `stop`), gives it a
/// turn, performs every action that `next` returns until there is none, and then writes the output. A connection that
/// `wantsTurn` after that gets another turn when other connections have had theirs.
struct Connection: ~Copyable {
    enum Action {
        /// The head of a request that has content; `take` is called at once with how the content is taken.
        case decide(RequestHead)
        /// A request for the application; `answer` is called with its number, now or later.
        case handle(number: Int, IncomingRequest)
        /// A request whose head is known is rejected; `answer` is called with its number and the response.
        indirect case reject(number: Int, IncomingRequest, RequestRejection)
        /// For the handler that reads the content of its request.
        case deliver(number: Int, IncomingContent.Event)
        /// The content of a response is to be produced; `send` is called with each piece, and `endContent` after the last.
        case produce(number: Int, ResponseStream)
        /// There is room for what `waitForRoom` was called for.
        case resumeProducer
        /// No byte follows those that were written; reading goes on until the client's end.
        case halfClose
        /// Nothing is owed any more, or nothing can be sent: close, and cancel what still runs.
        case close
        /// The same, with a reset: the client must not take what it has for the whole response.
        case reset
    }

    private enum Phase {
        case open
        /// No further request is taken; what is owed is sent.
        case finishing
        /// All is sent; bytes are dropped until the client's end. A plain close would answer them with a reset, which
        /// can destroy responses that the client has not read yet (RFC 9112, section 9.6).
        case lingering
        /// The owner is to close the socket.
        case closing(withReset: Bool)
        case closed
    }

    /// Bytes of responses that may wait for the client before no more is handled, and no more content is produced.
    static let maxOutput = 64 << 10
    /// Bytes of a request's content that wait for its handler before no more is read.
    static let maxUnread = 64 << 10
    /// Bytes that are read at once while no content is.
    private static let maxHeads = 16 << 10

    private let limits: RequestLimits
    private let accessLog: AccessLogFormat?
    private var parser: RequestParser
    private var phase = Phase.open
    private var inputEnded = false
    /// What may still begin now.
    private var turn: TurnBudget
    private var pipeline = Pipeline()
    /// Of the request whose handler reads it piece by piece.
    private var content = IncomingContent.none
    /// Bytes of the current request's content, where its endpoint has a limit of its own.
    private var contentLimit: Int?
    /// A rejection that the application is to finish.
    private var dueRejection: (number: Int, IncomingRequest, RequestRejection)?
    /// Why the last request, or its content, was rejected: for the log.
    private(set) var rejection: RequestRejection?
    private(set) var writer: ResponseWriter
    private var timers: ConnectionTimers

    /// - Parameters:
    ///   - accessLog: nil where there is none.
    ///   - isTimed: whether responses say how long they took.
    ///   - trustsPeer: whether the peer is a trusted proxy, whose ids of requests are taken.
    ///   - seed: random, for the ids of requests.
    init(
        limits: RequestLimits, timeouts: ConnectionTimeouts, accessLog: AccessLogFormat? = nil, isTimed: Bool = false,
        trustsPeer: Bool = false, seed: UInt64 = 0, at now: UInt64
    ) {
        self.limits = limits
        self.accessLog = accessLog
        parser = RequestParser(limits: limits, asks: true, trustsPeer: trustsPeer, seed: seed)
        writer = ResponseWriter(isTimed: isTimed)
        timers = ConnectionTimers(timeouts, at: now)
        turn = TurnBudget(0, at: now)
    }

    private var isOpen: Bool {
        @inline(__always) get { if case .open = phase { true } else { false } }
    }

    private var isClosed: Bool {
        @inline(__always) get {
            switch phase {
            case .closing, .closed: true
            case .open, .finishing, .lingering: false
            }
        }
    }

    // MARK: What it waits for

    var hasOutput: Bool { writer.output.count > 0 }

    /// Bytes that wait to be parsed.
    var unparsedBytes: Int { parser.buffered }

    /// Bytes to be read at once. Heads are small; where many wait in a pipeline, what does not begin in a turn is kept.
    var maxRead: Int { parser.progress == .body || !isOpen ? Self.maxUnread : Self.maxHeads }

    /// Whether bytes from the client are of use now.
    var wantsInput: Bool {
        @inline(__always) mutating get {
            if inputEnded || timers.isReadingPaused { return false }
            switch phase {
            case .open: return pipeline.hasRoom(output: writer.output.count) || wantsContent
            case .finishing: return wantsContent
            case .lingering: return true
            case .closing, .closed: return false
            }
        }
    }

    /// Whether more content is read from the socket for the handler that reads it piece by piece.
    @inline(__always) private var wantsContent: Bool {
        switch content {
        case .none, .closed: false
        case .unread: parser.buffered < Self.maxUnread
        case .awaited, .timedOut: true
        }
    }

    /// What its owner waits for: bytes from the client, room for bytes to it, a time. It is mutating, and what it calls is
    /// inlined, for speed alone: a value of this size would be copied each time to be looked at.
    mutating func interest() -> (input: Bool, output: Bool, deadline: UInt64?) {
        (wantsInput, hasOutput, deadline)
    }

    // MARK: What happens

    /// Bytes have come.
    mutating func receive(_ bytes: UnsafeRawBufferPointer, at now: UInt64) {
        switch phase {
        case .open: break
        case .finishing where content.isOpen: break
        // A client that still sends a body has not looked at its rejection yet.
        case .lingering where !timers.isDraining: return timers.extendLinger(at: now)
        case .finishing, .lingering, .closing, .closed: return
        }
        if parser.progress == .idle { timers.headBegins(at: now) }
        if timers.body.isRunning { timers.body.moved(bytes.count, at: now) }
        parser.append(bytes)
    }

    /// The client sends no more; it still reads.
    mutating func receiveEnd() {
        inputEnded = true
    }

    /// That many bytes of the output have been taken.
    mutating func wrote(_ count: Int, at now: UInt64) {
        guard count > 0 else { return }
        writer.sent(count)
        timers.sent(at: now)
        if hasOutput {
            timers.output.moved(count, at: now)
        } else {
            timers.output.stop()
            becomeIdle(at: now)
        }
    }

    /// The socket is of no use any more.
    mutating func fail(at now: UInt64) {
        end(withReset: false, at: now)
    }

    /// The worker drains: the next response that nothing follows is the last one.
    mutating func drain(at now: UInt64) {
        timers.drain(at: now)
    }

    /// The worker stops: what is not answered yet is rejected, and content that is being sent is cut off. So is a request that
    /// may change something: nobody knows yet whether it did, and a rejection would say that it did not.
    /// - Parameter response: for a request, by its number.
    mutating func stop(
        at time: LoopTime, with response: (Int) -> Response = { _ in RequestRejection.stopping.response }
    ) {
        switch phase {
        case .open, .finishing: break
        case .lingering, .closing, .closed: return
        }
        if pipeline.isStreaming || pipeline.isChanging { return end(withReset: true, at: time.nanoseconds) }
        _ = pipeline.answerAll(where: { !$0.isAnswered }, with: response)
        pipeline.closeAfterLast()
        phase = .finishing
        writeReady(at: time)
    }

    /// What is being sent is not sent to its end.
    private mutating func end(withReset: Bool, at now: UInt64) {
        if isClosed { return }
        if case .streaming(let outgoing) = pipeline.first?.state {
            finishExchange(status: outgoing.status, size: outgoing.size, isCut: true, at: now)
        }
        phase = .closing(withReset: withReset)
    }

    /// Nothing is owed to the client for the moment: its own time counts from here.
    private mutating func becomeIdle(at now: UInt64) {
        timers.becomeIdle(at: now)
        if timers.body.isRunning, !content.isOpen { timers.body.start(at: now) }
    }

    // MARK: What is done

    /// - Parameter requests: how many may begin; none while the turn is still to come.
    mutating func beginTurn(_ requests: Int, at now: UInt64) {
        turn = TurnBudget(requests, at: now)
    }

    /// Whether requests wait only because the turn is over.
    @inline(__always) mutating func wantsTurn(at now: UInt64) -> Bool {
        guard isOpen, turn.isOver(at: now) else { return false }
        return !pipeline.hasDeferred
            ? parser.mayHaveRequest && pipeline.hasRoom(output: writer.output.count) : pipeline.isEmpty
    }

    /// What to do now; nil when all that can be done is done, but for writing the output.
    @inline(__always) mutating func next(at time: LoopTime) -> Action? {
        // Before the next request, whose content would take its place.
        if case .closed(let number) = content {
            content = .none
            return .deliver(number: number, .closed)
        }
        if isOpen, !wantsTurn(at: time.nanoseconds), let action = nextRequest(at: time) { return action }
        if isTransferring, let action = nextTransfer(at: time) { return action }
        if case .finishing = phase, pipeline.isEmpty, !hasOutput, let action = finish(at: time.nanoseconds) {
            return action
        }
        if case .lingering = phase, inputEnded { phase = .closing(withReset: false) }
        guard case .closing(let withReset) = phase else { return nil }
        phase = .closed
        return withReset ? .reset : .close
    }

    /// All is sent.
    private mutating func finish(at now: UInt64) -> Action? {
        if timers.beginLinger(at: now), !inputEnded {
            phase = .lingering
            return .halfClose
        }
        phase = .closing(withReset: false)
        return nil
    }

    // MARK: Requests

    private mutating func nextRequest(at time: LoopTime) -> Action? {
        if pipeline.mayBeginDeferred, let request = pipeline.takeDeferred() { return begin(request, at: time) }
        guard pipeline.hasRoom(output: writer.output.count) else { return nil }
        switch parser.next(at: time.nanoseconds) {
        case .request(let request):
            guard pipeline.allows(request) else {
                pipeline.deferUntilEmpty(request)
                return nil
            }
            return begin(request, at: time)
        case .rejected(let rejection):
            reject(rejection, at: time)
            return nil
        case nil:
            let progress = parser.progress
            return progress == .idle && !inputEnded ? nil : waitForInput(progress, at: time)
        }
    }

    /// No complete request has come.
    private mutating func waitForInput(_ progress: RequestParser.Progress, at time: LoopTime) -> Action? {
        if let head = parser.undecided { return .decide(head) }
        if inputEnded {
            if progress == .idle { phase = .finishing } else { reject(.incomplete, at: time) }
            return nil
        }
        guard progress == .body else { return nil }
        if !timers.body.isRunning { timers.body.start(at: time.nanoseconds) }
        if pipeline.isEmpty { sendContinue(at: time.nanoseconds) }
        return nil
    }

    /// To a client that waits for it.
    private mutating func sendContinue(at now: UInt64) {
        guard parser.awaitsContinue else { return }
        beginOutput(at: now)
        writer.writeContinue()
        parser.continueSent()
    }

    /// How the content of the request is taken whose head was given by `decide`.
    mutating func take(_ mode: ContentMode, at time: LoopTime) {
        if case .stream(let limit) = mode { contentLimit = limit } else { contentLimit = nil }
        if let rejection = parser.take(mode) { reject(rejection, at: time) }
    }

    private mutating func begin(_ request: consuming IncomingRequest, at time: LoopTime) -> Action {
        turn.spend()
        if !request.isPersistent { phase = .finishing }
        let number = pipeline.append(
            request, logFields: accessLog.map { AccessLogFields(request.head, $0, request.identity) })
        timers.body.stop()
        if request.isStreamed {
            content = .unread(number: number)
            timers.body.start(at: time.nanoseconds)
            timers.body.pause(at: time.nanoseconds)
        }
        return .handle(number: number, request)
    }

    private mutating func reject(_ rejection: RequestRejection, at time: LoopTime) {
        let rejection = record(rejection)
        phase = .finishing
        let line = parser.unansweredLine
        let request = parser.unansweredRequest
        let number = pipeline.appendRejected(
            arrival: timers.requestSince, isHead: line?.starts(with: "HEAD ".utf8) == true,
            response: request == nil ? rejection.response : nil,
            logFields: accessLog.map { format in
                request.map { AccessLogFields($0.head, format, $0.identity) } ?? AccessLogFields(line: line, format)
            })
        if let request { dueRejection = (number, request, rejection) }
        parser.abandon()
        parser.forgetUnanswered()
        timers.forgetMemory()
        writeReady(at: time)
    }

    /// Keeps it for the log.
    /// - Returns: the same, with the limit that was passed.
    private mutating func record(_ rejection: RequestRejection) -> RequestRejection {
        let named = rejection.naming(limits, content: contentLimit)
        self.rejection = named
        return named
    }

    /// Why something was rejected since the last time.
    mutating func takeRejection() -> RequestRejection? { rejection.take() }

    /// Where the response to the last request will be counted.
    mutating func countLast(as series: RequestMetrics.Series) {
        pipeline.countLast(as: series)
    }

    /// The last request runs on a blocking thread.
    mutating func markLastBlocking() {
        pipeline.markLastBlocking()
    }

    // MARK: Responses

    /// A response is there. It is dropped when nobody waits for it any more.
    /// - Parameter series: where it is counted; nil if that was said before.
    /// - Returns: whether its content has to be produced.
    @discardableResult
    mutating func answer(
        _ number: Int, with response: borrowing Response, countedAs series: RequestMetrics.Series? = nil,
        at time: LoopTime
    ) -> Bool {
        if let series { pipeline.countLast(as: series) }
        if response.hasExtras, let whenSent = response.whenSent {
            writer.notify(of: number, isPending: !isClosed && pipeline.isPending(number), whenSent)
        }
        if isClosed { return false }
        guard pipeline.first?.number == number else { return pipeline.keep(copy response, for: number) }
        guard pipeline.first?.isPending == true else { return false }
        let isStreamed = pipeline.first?.streamsContent(of: response) == true
        write(response, at: time)
        writeReady(at: time)
        return isStreamed
    }

    /// Responses that are there and whose turn it is.
    private mutating func writeReady(at time: LoopTime) {
        while case .ready(let response) = pipeline.first?.state { write(response, at: time) }
    }

    /// The response to the first request.
    private mutating func write(_ response: borrowing Response, at time: LoopTime) {
        if response.stream != nil { return beginStream(response, at: time) }
        if content.isOpen { closeContent() }
        guard let exchange = pipeline.first else { return }
        beginOutput(at: time.nanoseconds)
        let size = writer.write(response, for: exchange, persistence(of: exchange), at: time)
        finishExchange(status: response.status.code, size: size, at: time.nanoseconds)
    }

    /// The last response of a worker that drains says so.
    private mutating func persistence(of exchange: Exchange) -> ResponseEncoder.Persistence {
        guard timers.isDraining, isOpen, pipeline.count == 1, !pipeline.hasDeferred, parser.progress == .idle else {
            return exchange.persistence
        }
        phase = .finishing
        return .closed
    }

    /// The first exchange is over.
    /// - Parameter isCut: whether its response is not complete.
    private mutating func finishExchange(status: Int, size: Int, isCut: Bool = false, at now: UInt64) {
        guard let exchange = pipeline.removeFirst() else { return }
        pipeline.recordResponse(size: size)
        writer.finish(exchange, status: status, size: size, isCut: isCut, at: now)
        becomeIdle(at: now)
    }

    /// Bytes are about to be added to the output.
    private mutating func beginOutput(at now: UInt64) {
        if !hasOutput { timers.output.start(at: now) }
    }

    /// Gives every response since the last time, in order, to be counted.
    mutating func takeUncounted(_ body: (ResponseMetrics) -> Void) {
        writer.takeUncounted(body)
    }

    /// Gives what the access log says of the responses that have been sent since the last time, in order.
    mutating func takeSent(at now: UInt64, _ body: (ResponseMetrics, AccessLogFields) -> Void) {
        writer.takeSent(at: now, body)
    }

    /// Gives what the access log says of all others, when the connection has ended: also of requests without a response.
    mutating func takeUnsent(at now: UInt64, _ body: (ResponseMetrics, AccessLogFields) -> Void) {
        guard let accessLog else { return }
        while let exchange = pipeline.removeFirst() {
            if let fields = exchange.logFields {
                writer.abandon(arrival: exchange.arrival, fields, exchange.series, at: now)
            }
        }
        for request in [pipeline.takeDeferred(), parser.unansweredRequest] {
            if let request {
                writer.abandon(arrival: request.arrival, AccessLogFields(request.head, accessLog), at: now)
            }
        }
        writer.takeUnsent(at: now, body)
    }

    /// The calls of `Response.whenSent` that are due: of responses that have been sent, or of all, when the connection has
    /// ended.
    mutating func takeNotifications(all: Bool = false) -> [@Sendable () -> Void] {
        writer.takeNotifications(all: all)
    }

    // MARK: Content that is read or produced piece by piece

    /// Whether `nextTransfer` may have something to do.
    private var isTransferring: Bool {
        @inline(__always) mutating get { content.isOpen || dueRejection != nil || pipeline.isStreaming }
    }

    private mutating func nextTransfer(at time: LoopTime) -> Action? {
        switch phase {
        case .open, .finishing: break
        case .lingering, .closing, .closed: return nil
        }
        if let (number, request, rejection) = dueRejection.take() {
            return .reject(number: number, request, rejection)
        }
        if let action = startProducer() { return action }
        if let action = nextContent(at: time.nanoseconds) { return action }
        return resumeProducer()
    }

    /// The handler of that request waits for a piece of its content. Nothing happens when the content is over already.
    mutating func askForContent(_ number: Int, at now: UInt64) {
        guard content.openNumber == number else { return }
        if case .unread = content { content = .awaited(number: number) }
        timers.body.resume(at: now)
    }

    private mutating func nextContent(at now: UInt64) -> Action? {
        switch content {
        case .none, .unread, .closed: return nil
        case .timedOut(let number): return failContent(number, .bodyTimeout)
        case .awaited(let number):
            switch parser.nextContent() {
            case .piece(let bytes):
                content = .unread(number: number)
                timers.body.pause(at: now)
                return .deliver(number: number, .piece(bytes))
            case .end:
                content = .none
                timers.body.stop()
                return .deliver(number: number, .end)
            case .rejected(let rejection): return failContent(number, rejection)
            case nil:
                if inputEnded { return failContent(number, .incomplete) }
                // There is no place for it in the middle of a response.
                if pipeline.first?.isPending == true { sendContinue(at: now) }
                return nil
            }
        }
    }

    /// The rest does not come: the response is the last one.
    private mutating func failContent(_ number: Int, _ rejection: RequestRejection) -> Action {
        content = .none
        timers.body.stop()
        finishAfterFirst()
        return .deliver(number: number, .failure(record(rejection)))
    }

    /// The request is answered. Unless the rest is there, the connection ends with that: what comes is dropped.
    private mutating func closeContent() {
        guard let number = content.openNumber else { return }
        content = .closed(number: number)
        timers.body.stop()
        while true {
            switch parser.nextContent() {
            case .piece: continue
            case .end: return
            case .rejected, nil: return finishAfterFirst()
            }
        }
    }

    private mutating func finishAfterFirst() {
        phase = .finishing
        pipeline.closeAfterFirst()
    }

    /// Writes the head of a response whose content is produced while it is sent.
    private mutating func beginStream(_ response: borrowing Response, at time: LoopTime) {
        guard let stream = response.stream, let exchange = pipeline.first else { return }
        let isStreamed = exchange.streamsContent(of: response)
        if content.isOpen, !isStreamed { closeContent() }
        var framing: OutgoingContent.Framing?
        if ResponseEncoder.hasContent(response.status) {
            framing = stream.length.map { .sized(remaining: $0) } ?? (exchange.isHTTP10 ? .untilClose : .chunked)
        }
        if isStreamed, case .untilClose = framing { finishAfterFirst() }
        beginOutput(at: time.nanoseconds)
        let first = pipeline.first ?? exchange
        writer.writeHead(response, framing: framing, for: first, persistence(of: first), at: time)
        guard isStreamed, let framing else {
            return finishExchange(status: response.status.code, size: 0, at: time.nanoseconds)
        }
        pipeline.enterFirst(
            .streaming(OutgoingContent(framing: framing, status: response.status.code, producer: .due(stream))))
    }

    /// Whether content of the response to that request is still to be produced.
    mutating func isStreaming(_ number: Int) -> Bool { pipeline.isStreaming && pipeline.first?.number == number }

    private func outgoingContent(_ number: Int) -> OutgoingContent? {
        guard !isClosed, pipeline.first?.number == number, case .streaming(let outgoing) = pipeline.first?.state else {
            return nil
        }
        return outgoing
    }

    private mutating func startProducer() -> Action? {
        guard let exchange = pipeline.first, case .streaming(var outgoing) = exchange.state,
            case .due(let stream) = outgoing.producer
        else { return nil }
        outgoing.producer = .running
        pipeline.enterFirst(.streaming(outgoing))
        return .produce(number: exchange.number, stream)
    }

    private mutating func resumeProducer() -> Action? {
        guard hasRoomForContent, case .streaming(var outgoing) = pipeline.first?.state,
            case .waiting = outgoing.producer
        else { return nil }
        outgoing.producer = .running
        pipeline.enterFirst(.streaming(outgoing))
        return .resumeProducer
    }

    /// Whether more content is produced now.
    var hasRoomForContent: Bool { writer.output.count < Self.maxOutput }

    /// The producer waits for `resumeProducer`.
    mutating func waitForRoom(_ number: Int) {
        guard var outgoing = outgoingContent(number) else { return }
        outgoing.producer = .waiting
        pipeline.enterFirst(.streaming(outgoing))
    }

    /// A piece of content.
    /// - Returns: false when no more is wanted.
    mutating func send(_ number: Int, _ piece: [UInt8], at time: LoopTime) -> Bool {
        guard var outgoing = outgoingContent(number) else { return false }
        if piece.isEmpty { return true }
        beginOutput(at: time.nanoseconds)
        writer.write(piece, of: &outgoing)
        pipeline.enterFirst(.streaming(outgoing))
        if case .sized(remaining: 0) = outgoing.framing { finishStream(outgoing, at: time) }
        return true
    }

    /// There are no more pieces.
    /// - Returns: how many bytes are missing; then the connection is cut.
    mutating func endContent(_ number: Int, at time: LoopTime) -> Int {
        guard let outgoing = outgoingContent(number) else { return 0 }
        switch outgoing.framing {
        case .chunked:
            beginOutput(at: time.nanoseconds)
            writer.writeLastChunk()
        case .untilClose: break
        case .sized(let remaining):
            end(withReset: true, at: time.nanoseconds)
            return remaining
        }
        finishStream(outgoing, at: time)
        return 0
    }

    /// The content has no end: the client must not take what it has for the whole.
    /// - Returns: false when that content is not being sent any more.
    mutating func cutContent(_ number: Int, at now: UInt64) -> Bool {
        guard outgoingContent(number) != nil else { return false }
        end(withReset: true, at: now)
        return true
    }

    private mutating func finishStream(_ outgoing: OutgoingContent, at time: LoopTime) {
        if content.isOpen { closeContent() }
        finishExchange(status: outgoing.status, size: outgoing.size, at: time.nanoseconds)
        writeReady(at: time)
    }

    // MARK: Deadlines

    /// When to call `expire` unless something happens before; nil when the client is not waited for. It is mutating, like all
    /// that it calls, for speed alone: see `interest`.
    var deadline: UInt64? {
        @inline(__always) mutating get {
            switch phase {
            case .closing, .closed: return nil
            case .lingering: return timers.lingerDeadline
            case .open, .finishing:
                guard timers.timeouts.request != nil, let requestDeadline else { return clientDeadline }
                return min(requestDeadline, clientDeadline ?? .max)
            }
        }
    }

    /// Of the oldest request that is not answered.
    private var requestDeadline: UInt64? {
        mutating get {
            guard let limit = timers.timeouts.request else { return nil }
            if let first = pipeline.firstPendingArrival { return first + limit }
            return isOpen && pipeline.isEmpty && parser.progress == .body ? parser.arrival + limit : nil
        }
    }

    /// Of what the client is to do.
    private var clientDeadline: UInt64? {
        @inline(__always) mutating get {
            if hasOutput || content.isOpen {
                let sending = content.isOpen ? timers.body.deadline : nil
                guard let reading = timers.output.deadline else { return sending }
                return min(reading, sending ?? .max)
            }
            if !pipeline.isEmpty { return nil }
            return switch parser.progress {
            case .head: timers.headDeadline
            case .body: timers.bodyDeadline
            case .idle: timers.idleDeadline(isFirst: pipeline.requestCount == 0)
            }
        }
    }

    /// Time has passed; does nothing before the deadline.
    /// - Parameter response: for a request whose handler is late, by its number.
    /// - Returns: the numbers of the requests that are answered here, because their handlers were late: cancel these.
    mutating func expire(
        at time: LoopTime, with response: (Int) -> Response = { _ in RequestRejection.late.response }
    ) -> [Int] {
        guard let deadline, deadline <= time.nanoseconds else { return [] }
        let late = expireRequests(at: time, with: response)
        if late.isEmpty { expireClient(at: time) }
        return late
    }

    /// Answers for the handlers that are late. Later requests that their handlers have may still be answered by them.
    private mutating func expireRequests(at time: LoopTime, with response: (Int) -> Response) -> [Int] {
        guard let limit = timers.timeouts.request else { return [] }
        let late = pipeline.answerAll(
            where: { $0.isPending && $0.arrival + limit <= time.nanoseconds }, with: response)
        if late.isEmpty { return [] }
        pipeline.closeAfterLast()
        phase = .finishing
        writeReady(at: time)
        return late
    }

    /// The client was too slow.
    private mutating func expireClient(at time: LoopTime) {
        let now = time.nanoseconds
        func isOver(_ deadline: UInt64?) -> Bool { deadline.map { $0 <= now } ?? false }
        if case .lingering = phase { return end(withReset: hasOutput, at: now) }
        // A response that is cut short must not look like a complete one.
        if hasOutput, isOver(timers.output.deadline) { return end(withReset: true, at: now) }
        if case .awaited(let number) = content, isOver(timers.body.deadline) { content = .timedOut(number: number) }
        guard pipeline.isEmpty else { return }
        switch parser.progress {
        case .head: reject(.headTimeout, at: time)
        case .body: reject(timers.isReadingPaused ? .noMemory : .bodyTimeout, at: time)
        case .idle where pipeline.requestCount == 0 && !timers.isDraining: reject(.headTimeout, at: time)
        case .idle:
            timers.endIdle()
            phase = .finishing
        }
    }

    // MARK: Memory that all connections share

    /// Bytes: of requests that are not complete or not answered, and of responses that wait for the client.
    @inline(__always) var heldBytes: Int { writer.output.count + pipeline.heldBytes + parser.heldBytes }

    /// Bytes of a request whose content is coming in, once they are more than any connection may have; nil before.
    @inline(__always) var bufferedContent: Int? {
        let bytes = parser.heldBytes
        return bytes > Self.maxUnread && parser.progress == .body && !parser.isStreaming ? bytes : nil
    }

    /// There is no memory for more of what the client sends.
    mutating func pauseReading(at now: UInt64) {
        timers.pauseReading(at: now)
    }

    /// There is memory again.
    mutating func resumeReading(at now: UInt64) {
        timers.resumeReading(at: now)
    }
}

/// How many requests a connection may begin before the other connections have had their turn: so many, and for so long. The
/// rest waits for the next turn.
struct TurnBudget {
    /// Requests of a usual turn.
    static let usual = 16
    /// Nanoseconds after which no further request begins: sixteen can be slow ones.
    static let maxDuration: UInt64 = 500_000

    private var remaining: Int
    private let end: UInt64

    /// - Parameter requests: none for a connection whose turn is yet to come.
    init(_ requests: Int, at now: UInt64) {
        remaining = requests
        end = now + Self.maxDuration
    }

    func isOver(at now: UInt64) -> Bool { remaining == 0 || now >= end }

    /// A request begins.
    mutating func spend() {
        remaining -= 1
    }
}
