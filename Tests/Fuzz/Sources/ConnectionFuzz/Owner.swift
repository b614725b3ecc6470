import Messages

@testable import Serving

/// The owner of a connection, as `ClientSocket` is one, whose client, handlers and clock do what a script says. It stops
/// the process when the connection breaks a promise.
struct Owner: ~Copyable {
    private static let limits = RequestLimits(body: 1 << 20)
    /// Of what waits for the client: the mark, and answers that were there already and whose turn came at once.
    private static let maxOutput = Connection.maxOutput + (Pipeline.maxExchanges + 1) * (1 << 20 | 1 << 10)
    /// Of what waits for a handler, or to be parsed: a read beyond the mark.
    private static let maxInput = Connection.maxUnread + largestRead
    private static let largestRead = 64 << 10

    private var connection: Connection
    private var now: UInt64 = 1_000_000_000
    private var time: LoopTime { LoopTime(nanoseconds: now) }
    /// What the client has yet to say.
    private var unsaid: [UInt8] = []
    private var handled = 0
    private var answered = 0
    private var logged = 0
    private var isLoggedToEnd = false
    /// Requests whose handlers have not answered.
    private var pending: [Int] = []
    /// The one that is given its content piece by piece, and the one whose answer is made so.
    private var reader: Int?
    private var maker: Int?
    /// Whether requests wait for their turn; nothing more is read meanwhile.
    private var isQueued = false
    private var isHalfClosed = false
    private var isClosed = false

    init(request: UInt64?) {
        var times = ConnectionTimeouts()
        times.request = request
        connection = Connection(limits: Self.limits, timeouts: times, isLogged: true, at: 1_000_000_000)
    }

    mutating func happen(_ script: inout Script) {
        switch script.number(below: 16) {
        case 0, 1: unsaid += Client.sentences[script.number(below: Client.sentences.count)]
        case 2, 3: say(script.size())
        case 4: say(.max)
        case 5: if connection.wantsInput, !isQueued, unsaid.isEmpty { connection.receiveEnd() }
        case 6, 7: answer(&script)
        case 8: write(script.size())
        case 9: write(.max)
        case 10:
            now += UInt64(script.size()) * UInt64(script.number(below: 256)) * 1000
            expire()
        case 11: if let deadline = connection.deadline { pass(to: deadline) }
        case 12: if let reader { connection.askForContent(reader, at: now) }
        case 13: make(&script)
        case 14: if script.number(below: 4) == 0 { connection.drain(at: now) }
        default: end(&script)
        }
        advance(&script)
    }

    /// Nobody does anything any more but wait: the connection must come to its end by itself.
    mutating func leaveAlone() {
        var idleTime = Script(.init(start: nil, count: 0))
        for _ in 0..<100 where !isClosed {
            // Also those that had waited for their turn, and begin only now.
            for number in pending { _ = connection.answer(number, with: Response(.ok), at: time) }
            pending = []
            advance(&idleTime)
            if let number = maker.take() { _ = connection.cutContent(number, at: now) }
            if let deadline = connection.deadline { pass(to: deadline) }
            advance(&idleTime)
        }
        require(isClosed, "it waits for ever")
    }

    // MARK: What happens

    private mutating func say(_ most: Int) {
        guard connection.wantsInput, !isQueued, !unsaid.isEmpty else { return }
        let count = min(most, unsaid.count, Self.largestRead)
        unsaid[..<count].withUnsafeBytes { connection.receive($0, at: now) }
        unsaid.removeFirst(count)
    }

    private mutating func answer(_ script: inout Script) {
        guard !pending.isEmpty else { return }
        let number = pending.remove(at: script.number(below: pending.count))
        var response = Response(.ok)
        switch script.number(below: 6) {
        case 0: response = Response(.noContent)
        case 1: response.body = Array(repeating: 120, count: script.size())
        case 2: response = Response(.ok, stream: NoPieces())
        case 3: response = Response(.ok, stream: NoPieces(), length: script.size())
        default: break
        }
        _ = connection.answer(number, with: response, at: time)
    }

    private mutating func make(_ script: inout Script) {
        guard let number = maker else { return }
        var isOver = false
        switch script.number(below: 4) {
        case 0:
            _ = connection.endContent(number, at: time)
            isOver = true
        case 1: isOver = connection.cutContent(number, at: now)
        default:
            guard connection.hasRoomForContent else { return connection.waitForRoom(number) }
            isOver = !connection.send(number, Array(repeating: 120, count: script.size() >> 4), at: time)
        }
        if isOver { maker = nil }
    }

    private mutating func write(_ most: Int) {
        let count = min(most, connection.writer.output.count)
        if count > 0 { connection.wrote(count, at: now) }
    }

    private mutating func pass(to deadline: UInt64) {
        now = max(now, deadline)
        expire()
    }

    private mutating func expire() {
        let late = connection.expire(at: time)
        for number in late { require(pending.contains(number), "request \(number) is late, and is answered") }
        pending.removeAll { late.contains($0) }
    }

    private mutating func end(_ script: inout Script) {
        switch script.number(below: 8) {
        case 0: connection.fail(at: now)
        case 1:
            connection.stop(at: time)
            pending = []
        case 2: if connection.bufferedContent != nil { connection.pauseReading(at: now) }
        case 3: connection.resumeReading(at: now)
        default: break
        }
    }

    // MARK: What is done

    private mutating func advance(_ script: inout Script) {
        connection.beginTurn([TurnBudget.usual, 1, 0][script.number(below: 3)], at: now)
        var actions = 0
        while let action = connection.next(at: time) {
            require(!isClosed, "something is done after the close")
            perform(action, &script)
            actions += 1
            require(actions < 10_000, "there is no end to what is done")
        }
        var count = 0
        connection.takeUncounted { _ in count += 1 }
        answered += count
        isQueued = !isClosed && connection.wantsTurn(at: now)
        log()
        check()
    }

    /// Every request has one line in the log at the latest when the connection has ended, and none before it was sent.
    private mutating func log() {
        var lines = 0
        let isAllSent = !connection.hasOutput
        connection.takeSent(at: now) { answer, _ in
            lines += 1
            if answer.isAborted { fatalError("an answer that was sent is logged as aborted") }
        }
        if isAllSent, !isClosed { require(!connection.writer.hasUnlogged, "an answer that was sent is not logged") }
        if isClosed, !isLoggedToEnd {
            isLoggedToEnd = true
            connection.takeUnsent(at: now) { _, _ in lines += 1 }
        }
        logged += lines
        require(logged <= answered || isClosed, "a request is logged before it is answered")
        // One more than were handled: a refusal, or a request whose content has not come to its end.
        if isClosed { require(logged >= handled && logged <= handled + 2, "\(logged) lines for \(handled) requests") }
    }

    private mutating func perform(_ action: Connection.Action, _ script: inout Script) {
        switch action {
        case .decide:
            let modes: [ContentMode] = [.whole, .stream(), .stream(limit: 5)]
            connection.take(modes[script.number(below: modes.count)], at: time)
        case .handle(let number, let request):
            handled += 1
            require(number == handled, "request \(number) comes after \(handled - 1)")
            require(request.body.count <= Self.limits.body, "a body beyond the limit")
            pending.append(number)
            if request.isStreamed { reader = number }
        case .reject(let number, let request, let rejection):
            require(number == handled + 1, "a refusal of request \(number) comes after \(handled)")
            require(request.body.isEmpty, "a refused request has content")
            require(!connection.answer(number, with: rejection.response, at: time), "a refusal is a stream")
        case .deliver(let number, let event):
            require(number == reader, "content for somebody who does not read")
            if case .piece(let bytes) = event { require(!bytes.isEmpty, "an empty piece") } else { reader = nil }
        case .produce(let number, _):
            // One whose length was reached is over before its maker knows.
            require(number > maker ?? 0, "an answer is made out of turn")
            maker = number
        case .resumeProducer: break
        case .halfClose:
            require(!isHalfClosed, "it is half-closed twice")
            isHalfClosed = true
        case .close, .reset: isClosed = true
        }
    }

    private mutating func check() {
        // One more than were handled: a refusal.
        require(answered <= handled + 1, "a request is answered twice")
        require(connection.writer.output.count <= Self.maxOutput, "\(connection.writer.output.count) bytes of output")
        require(connection.unparsedBytes <= Self.maxInput, "\(connection.unparsedBytes) bytes of input")
        if isClosed {
            require(connection.deadline == nil && !connection.wantsInput, "it waits after the close")
        } else if connection.hasOutput
            || pending.isEmpty && maker == nil && reader == nil && !connection.wantsTurn(at: now)
        {
            require(connection.deadline != nil, "it waits for its client, and for ever")
        }
    }

    private func require(_ isTrue: Bool, _ promise: String) {
        if !isTrue { fatalError(promise) }
    }
}

/// Content that nobody asks for here: its pieces come from the script.
private struct NoPieces: AsyncSequence, AsyncIteratorProtocol {
    func makeAsyncIterator() -> NoPieces { self }
    func next() async -> [UInt8]? { nil }
}
