import Messages

/// One client's connection as a value: what has come and what is owed decide what is done next. It knows no socket and
/// no clock.
///
/// Its owner tells it what happened (`receive`, `receiveEnd`, `answer`, `wrote`, `expire`, `drain`, `stop`), gives it a
/// turn, performs every action that `next` gives until there is none, and then writes `output`. A connection that
/// `wantsTurn` then gets another one when others have had theirs.
struct Connection: ~Copyable {
    enum Action {
        /// The head of a request that has content; `take` is called at once with how it is taken.
        case decide(RequestHead)
        /// A request for the application; `answer` is called with its number, now or later.
        case handle(number: Int, IncomingRequest)
        /// A request whose head is known is refused; `answer` is called with its number and the refusal.
        indirect case refuse(number: Int, IncomingRequest, Refusal)
        /// For the handler that reads the content of its request, and asked by `askForContent`, or is told that it is over.
        case deliver(number: Int, IncomingContent.Event)
        /// The content of an answer is to be made; `send` is called with each piece, and `endContent` after the last.
        case make(number: Int, ResponseStream)
        /// There is room for what `waitForRoom` was called for.
        case makeMore
        /// No byte follows those that were written; reading goes on until the client's end.
        case halfClose
        /// Nothing is owed any more, or nothing can be: close, and cancel what still runs.
        case close
        /// The same, in a way that the client takes for no proper end.
        case reset
    }

    enum Phase {
        case open
        /// No further request is taken; what is owed is sent.
        case finishing
        /// All is sent; bytes are dropped until the client's end. A plain close would answer them with a reset, which
        /// can destroy answers that the client has not read yet (RFC 9112, section 9.6).
        case lingering
        case closed
    }

    /// How the socket is closed, once it is due.
    enum Closing {
        case plain, reset
    }

    /// Requests that may wait for their answers before no more is read.
    static let mostExchanges = 16
    /// Of these, requests that run on blocking threads, which the connections share.
    static let mostBlocking = 2
    /// Bytes of answers that may wait for the client before no more is handled, and no more content is made.
    static let mostOutput = 64 << 10
    /// Bytes of an answer of which so many may be made at once as there may be exchanges.
    private static let usualAnswer = mostOutput / mostExchanges
    /// Bytes of a request's content that wait for its handler before no more is read.
    static let mostUnread = 64 << 10
    /// Bytes that are read at once while no content is.
    static let mostHeads = 16 << 10

    let times: ConnectionTimes
    let limits: Limits
    let isLogged: Bool
    let isTimed: Bool
    var parser: RequestParser
    var phase = Phase.open
    var closing: Closing?
    var inputEnded = false

    /// What may still be begun now.
    private(set) var turn: Turn
    var exchanges = ExchangeQueue()
    /// Bytes that an answer to come is taken to have: one after another where the last ones were large.
    private var expectedAnswer = usualAnswer
    /// How many there were.
    var requests = 0
    /// One that is not safe, and waits until those before it are answered.
    var parked: IncomingRequest?

    /// Of the one request whose handler reads it piece by piece.
    var content: IncomingContent?
    /// The request whose handler is to hear that nobody reads its content.
    var closedContent: Int?
    /// Content of an answer whose turn has come.
    var dueContent: (number: Int, ResponseStream)?
    /// A refusal that is to be answered.
    var dueRefusal: (number: Int, IncomingRequest, Refusal)?
    /// Whether one of these four, or content that is sent, may have something to do.
    var isTransferring = false
    /// Bytes of the current request's content, where its endpoint has a limit of its own.
    var contentLimit: Int?
    /// Why the last request, or its content, was refused: for the log.
    private(set) var refusal: Refusal?

    /// Bytes to be written.
    var output = OutputBuffer()
    /// Since the last `takeAnswers`, refusals too.
    var answers: [AnsweredRequest] = []
    /// For the access log, where there is one.
    var unsent: [UnsentAnswer] = []
    /// For those who want to hear when an answer has been sent; empty nearly always.
    private(set) var notices: [DueNotice] = []

    var waits: ConnectionWaits

    /// - Parameters:
    ///   - isLogged: whether there is an access log.
    ///   - isTimed: whether answers say how long they took.
    init(limits: Limits, times: ConnectionTimes, isLogged: Bool = false, isTimed: Bool = false, at now: UInt64) {
        self.times = times
        self.limits = limits
        self.isLogged = isLogged
        self.isTimed = isTimed
        parser = RequestParser(limits: limits, asks: true)
        waits = ConnectionWaits(times, at: now)
        turn = Turn(0, at: now)
    }

    var hasOutput: Bool { output.count > 0 }

    /// Whether bytes from the client are of use now.
    @inline(__always) var wantsInput: Bool {
        if inputEnded || isHeldBack { return false }
        switch phase {
        case .open: return hasRoom || content != nil && wantsContent
        case .finishing: return wantsContent
        case .lingering: return true
        case .closed: return false
        }
    }

    /// Bytes to be read at once. Heads are small; where many wait in a pipeline, what is not begun in a turn is kept.
    var mostRead: Int { parser.progress == .body || phase != .open ? Self.mostUnread : Self.mostHeads }

    /// Whether one more request may be begun. Inlined: a call would copy the whole value to look at it.
    @inline(__always) var hasRoom: Bool {
        parked == nil && (exchanges.isEmpty ? output.count < Self.mostOutput : hasRoomBeside)
    }

    /// Requests run side by side only while all of them are safe (RFC 9112, section 9.3.2): what follows a POST must see
    /// what it did. And only while what they hold, and what their answers are expected to, is little.
    @inline(__always) private var hasRoomBeside: Bool {
        exchanges.areSafe && exchanges.count < Self.mostExchanges && exchanges.blocking < Self.mostBlocking
            && output.count + exchanges.bytes + exchanges.pending * expectedAnswer < Self.mostOutput
    }

    /// The last request runs on a blocking thread.
    mutating func lastBlocks() {
        exchanges.lastBlocks()
    }

    /// An answer has that many bytes.
    mutating func learn(_ size: Int) {
        if size > expectedAnswer || expectedAnswer > Self.usualAnswer {
            expectedAnswer = max(size, expectedAnswer / 2, Self.usualAnswer)
        }
    }

    /// What its owner waits for: bytes from the client, room for bytes to it, a time. It is mutating, and what it asks is
    /// inlined, for speed alone: a value of this size would be copied each time to be looked at.
    mutating func interest() -> (input: Bool, output: Bool, deadline: UInt64?) {
        (wantsInput, hasOutput, deadline)
    }

    // MARK: What happens

    /// Bytes have come.
    mutating func receive(_ bytes: UnsafeRawBufferPointer, at now: UInt64) {
        switch phase {
        case .open: break
        case .finishing where content != nil: break
        // A client that still sends a body has not looked at its refusal yet.
        case .lingering where waits.drainsSince == nil: return waits.lingerOn(at: now, times)
        case .finishing, .lingering, .closed: return
        }
        if parser.progress == .idle { waits.headSince = now }
        if waits.body.isRunning { waits.body.moved(bytes.count, at: now) }
        parser.append(bytes)
    }

    /// The client sends no more; it still reads.
    mutating func receiveEnd() {
        inputEnded = true
    }

    /// That many bytes of the output have been taken.
    mutating func wrote(_ count: Int, at now: UInt64) {
        guard count > 0 else { return }
        output.take(count)
        waits.lastSent = now
        if hasOutput {
            waits.output.moved(count, at: now)
        } else {
            waits.output.stop()
            becomeQuiet(at: now)
        }
    }

    /// The socket is of no use any more.
    mutating func fail(at now: UInt64) {
        end(.plain, at: now)
    }

    /// The worker takes its leave: the next answer that nothing follows is the last one.
    mutating func drain(at now: UInt64) {
        waits.drainsSince = waits.drainsSince ?? now
    }

    /// The worker leaves now: what is not answered yet is refused, and content that is being sent is cut off.
    /// - Parameter response: for a request, by its number.
    mutating func stop(at moment: Moment, with response: (Int) -> Response = { _ in Refusal.stopping.response }) {
        guard phase == .open || phase == .finishing else { return }
        if exchanges.first?.isStreaming == true { return end(.reset, at: moment.nanoseconds) }
        _ = exchanges.refuse(with: response) { !$0.isAnswered }
        exchanges.closeWithLast()
        phase = .finishing
        encodeReady(at: moment)
    }

    /// What is being sent is not sent to its end.
    mutating func end(_ closing: Closing, at now: UInt64) {
        if phase == .closed { return }
        if case .streaming(let outgoing) = exchanges.first?.answer {
            conclude(status: outgoing.status, size: outgoing.size, isCut: true, at: now)
        }
        phase = .closed
        self.closing = closing
    }

    // MARK: Who hears of it

    /// - Parameter isTaken: whether the answer is waited for, and its end is still to come.
    mutating func keepNotice(of number: Int, isTaken: Bool, _ body: @escaping @Sendable () -> Void) {
        notices.append(DueNotice(number: number, end: isTaken ? nil : 0, body: body))
    }

    /// The answer ends with the output that there is now.
    mutating func setEndOfNotices(of number: Int) {
        for index in notices.indices where notices[index].number == number && notices[index].end == nil {
            notices[index].end = output.total
        }
    }

    /// Those whose answers have been sent, or all, when the connection has ended.
    mutating func takeNotices(all: Bool = false) -> [@Sendable () -> Void] {
        let sent = output.taken
        func isDue(_ notice: DueNotice) -> Bool { all || notice.end.map { $0 <= sent } ?? false }
        let due = notices.filter(isDue).map(\.body)
        notices.removeAll(where: isDue)
        return due
    }

    // MARK: What is done

    /// - Parameter requests: that may be begun; none while a turn is still to come.
    mutating func beginTurn(_ requests: Int, at now: UInt64) {
        turn = Turn(requests, at: now)
    }

    /// Why something was refused since the last time.
    mutating func takeRefusal() -> Refusal? { refusal.take() }

    /// Keeps it for the log.
    /// - Returns: the same, with the limit that was passed.
    mutating func note(_ refusal: Refusal) -> Refusal {
        let named = refusal.naming(limits, content: contentLimit)
        self.refusal = named
        return named
    }

    /// A request is about to be handled.
    mutating func spendTurn() {
        turn.spend()
    }

    /// Whether requests wait only because the turn is over.
    @inline(__always) func wantsTurn(at now: UInt64) -> Bool {
        guard phase == .open, turn.isOver(at: now) else { return false }
        return parked == nil ? parser.buffered > 0 && hasRoom : exchanges.isEmpty
    }

    /// What to do now; nil when all that can be done is done, but for writing the output.
    @inline(__always) mutating func next(at moment: Moment) -> Action? {
        // Before the next request, whose content would take its place.
        if isTransferring, let number = closedContent.take() { return .deliver(number: number, .closed) }
        if phase == .open, !wantsTurn(at: moment.nanoseconds), let action = nextRequest(at: moment) { return action }
        if isTransferring, let action = nextTransfer(at: moment) { return action }
        if phase == .finishing, exchanges.isEmpty, !hasOutput, let action = finish(at: moment.nanoseconds) {
            return action
        }
        if phase == .lingering, inputEnded {
            phase = .closed
            closing = .plain
        }
        switch closing.take() {
        case .plain: return .close
        case .reset: return .reset
        case nil: return nil
        }
    }

    /// All is sent.
    private mutating func finish(at now: UInt64) -> Action? {
        let isNeeded = waits.beginLinger(at: now, times)
        if isNeeded, !inputEnded {
            phase = .lingering
            return .halfClose
        }
        phase = .closed
        closing = .plain
        return nil
    }

    /// Nothing is owed to the client for the moment; what it owes counts from here.
    mutating func becomeQuiet(at now: UInt64) {
        waits.quietSince = now
        if waits.body.isRunning, content == nil { waits.body.start(at: now) }
    }
}
