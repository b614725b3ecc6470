import Messages

@testable import Contract
@testable import Serving

/// Drives a connection as `ClientSocket` does. The input decides what the client, the handlers and the clock do. It stops the
/// process if the connection breaks an invariant.
struct ConnectionHarness: ~Copyable {
    private static let limits = RequestLimits(body: 1 << 20)
    /// Bytes of output: the high-water mark, and the answers that were ready when their turn came.
    private static let maxOutput = Connection.maxOutput + (Pipeline.maxExchanges + 1) * (1 << 20 | 1 << 10)
    /// Bytes of unparsed input: the high-water mark and one read.
    private static let maxInput = Connection.maxUnread + maxRead
    private static let maxRead = 64 << 10

    private var connection: Connection
    private var now: UInt64 = 1_000_000_000
    private var moment: LoopTime { LoopTime(nanoseconds: now) }
    /// What the client is about to send.
    private var unsent: [UInt8] = []
    private var handled = 0
    private var answered = 0
    private var logged = 0
    private var isFullyLogged = false
    /// Requests that their handlers have not answered yet.
    private var pending: [Int] = []
    /// The request whose content is streamed, and the request whose answer is.
    private var streamedRequest: Int?
    private var streamedResponse: Int?
    /// Whether requests wait for their turn. No input is read then.
    private var isQueued = false
    private var isHalfClosed = false
    private var isClosed = false

    init(request: UInt64?) {
        var times = ConnectionTimeouts()
        times.request = request
        connection = Connection(limits: Self.limits, timeouts: times, accessLog: .combined, at: 1_000_000_000)
    }

    mutating func step(_ decisions: inout Decisions) {
        switch decisions.number(below: 16) {
        case 0, 1: unsent += ClientMessages.all[decisions.number(below: ClientMessages.all.count)]
        case 2, 3: sendFromClient(decisions.size())
        case 4: sendFromClient(.max)
        case 5: if connection.wantsInput, !isQueued, unsent.isEmpty { connection.receiveEnd() }
        case 6, 7: answer(&decisions)
        case 8: writeToClient(decisions.size())
        case 9: writeToClient(.max)
        case 10:
            now += UInt64(decisions.size()) * UInt64(decisions.number(below: 256)) * 1000
            expire()
        case 11: if let deadline = connection.deadline { advanceClock(to: deadline) }
        case 12: if let streamedRequest { connection.askForContent(streamedRequest, at: now) }
        case 13: streamResponse(&decisions)
        case 14: if decisions.number(below: 4) == 0 { connection.drain(at: now) }
        default: endConnection(&decisions)
        }
        performActions(&decisions)
    }

    /// Only time passes from now on. The connection must close by itself.
    mutating func finish() {
        var noDecisions = Decisions(.init(start: nil, count: 0))
        for _ in 0..<100 where !isClosed {
            // Also answers requests that start only now, because they waited for their turn.
            for number in pending { _ = connection.answer(number, with: Response(.ok), at: moment) }
            pending = []
            performActions(&noDecisions)
            if let number = streamedResponse.take() { _ = connection.cutContent(number, at: now) }
            if let deadline = connection.deadline { advanceClock(to: deadline) }
            performActions(&noDecisions)
        }
        require(isClosed, "the connection never closes")
    }

    // MARK: Events

    private mutating func sendFromClient(_ limit: Int) {
        guard connection.wantsInput, !isQueued, !unsent.isEmpty else { return }
        let count = min(limit, unsent.count, Self.maxRead)
        unsent[..<count].withUnsafeBytes { connection.receive($0, at: now) }
        unsent.removeFirst(count)
    }

    private mutating func answer(_ decisions: inout Decisions) {
        guard !pending.isEmpty else { return }
        let number = pending.remove(at: decisions.number(below: pending.count))
        var response = Response(.ok)
        switch decisions.number(below: 6) {
        case 0: response = Response(.noContent)
        case 1: response.body = Array(repeating: 120, count: decisions.size())
        case 2: response = Response(.ok, stream: EmptyStream())
        case 3: response = Response(.ok, stream: EmptyStream(), length: decisions.size())
        default: break
        }
        _ = connection.answer(number, with: response, at: moment)
    }

    private mutating func streamResponse(_ decisions: inout Decisions) {
        guard let number = streamedResponse else { return }
        var isOver = false
        switch decisions.number(below: 4) {
        case 0:
            _ = connection.endContent(number, at: moment)
            isOver = true
        case 1: isOver = connection.cutContent(number, at: now)
        default:
            guard connection.hasRoomForContent else { return connection.waitForRoom(number) }
            isOver = !connection.send(number, Array(repeating: 120, count: decisions.size() >> 4), at: moment)
        }
        if isOver { streamedResponse = nil }
    }

    private mutating func writeToClient(_ limit: Int) {
        let count = min(limit, connection.writer.output.count)
        if count > 0 { connection.wrote(count, at: now) }
    }

    private mutating func advanceClock(to deadline: UInt64) {
        now = max(now, deadline)
        expire()
    }

    private mutating func expire() {
        let late = connection.expire(at: moment)
        for number in late { require(pending.contains(number), "request \(number) timed out after its answer") }
        pending.removeAll { late.contains($0) }
    }

    private mutating func endConnection(_ decisions: inout Decisions) {
        switch decisions.number(below: 8) {
        case 0: connection.fail(at: now)
        case 1:
            connection.stop(at: moment)
            pending = []
        case 2: if connection.bufferedContent != nil { connection.pauseReading(at: now) }
        case 3: connection.resumeReading(at: now)
        default: break
        }
    }

    // MARK: Actions

    private mutating func performActions(_ decisions: inout Decisions) {
        connection.beginTurn([TurnBudget.usual, 1, 0][decisions.number(below: 3)], at: now)
        var actions = 0
        while let action = connection.next(at: moment) {
            require(!isClosed, "an action after the close")
            perform(action, &decisions)
            actions += 1
            require(actions < 10_000, "actions without an end")
        }
        var count = 0
        connection.takeUncounted { _ in count += 1 }
        answered += count
        isQueued = !isClosed && connection.wantsTurn(at: now)
        checkAccessLog()
        checkInvariants()
    }

    /// Every request is logged once: after its answer was sent, and at the latest when the connection is closed.
    private mutating func checkAccessLog() {
        var lines = 0
        let isAllSent = !connection.hasOutput
        connection.takeSent(at: now) { answer, _ in
            lines += 1
            if answer.isAborted { fatalError("a sent answer is logged as aborted") }
        }
        if isAllSent, !isClosed { require(!connection.writer.hasUnlogged, "a sent answer is not logged") }
        if isClosed, !isFullyLogged {
            isFullyLogged = true
            connection.takeUnsent(at: now) { _, _ in lines += 1 }
        }
        logged += lines
        require(logged <= answered || isClosed, "a request is logged before it is answered")
        // Up to two more: a rejected request, and a request whose content is incomplete.
        if isClosed { require(logged >= handled && logged <= handled + 2, "\(logged) lines for \(handled) requests") }
    }

    private mutating func perform(_ action: Connection.Action, _ decisions: inout Decisions) {
        switch action {
        case .decide:
            let modes: [ContentMode] = [.whole, .stream(), .stream(limit: 5)]
            connection.take(modes[decisions.number(below: modes.count)], at: moment)
        case .handle(let number, let request):
            handled += 1
            require(number == handled, "request \(number) comes after \(handled - 1)")
            require(request.body.count <= Self.limits.body, "a body beyond the limit")
            pending.append(number)
            if request.isStreamed { streamedRequest = number }
        case .reject(let number, let request, let refusal):
            require(number == handled + 1, "a refusal of request \(number) comes after \(handled)")
            require(request.body.isEmpty, "a refused request has content")
            require(!connection.answer(number, with: refusal.response, at: moment), "a refusal is a stream")
        case .deliver(let number, let event):
            require(number == streamedRequest, "content for a request that is not streamed")
            if case .piece(let bytes) = event {
                require(!bytes.isEmpty, "an empty piece")
            } else {
                streamedRequest = nil
            }
        case .produce(let number, _):
            // A response of known length may have ended before its handler notices.
            require(number > streamedResponse ?? 0, "a response is streamed out of turn")
            streamedResponse = number
        case .resumeProducer: break
        case .halfClose:
            require(!isHalfClosed, "half-closed twice")
            isHalfClosed = true
        case .close, .reset: isClosed = true
        }
    }

    private mutating func checkInvariants() {
        // One more: a rejected request.
        require(answered <= handled + 1, "a request is answered twice")
        require(connection.writer.output.count <= Self.maxOutput, "\(connection.writer.output.count) bytes of output")
        require(connection.unparsedBytes <= Self.maxInput, "\(connection.unparsedBytes) bytes of input")
        if isClosed {
            require(connection.deadline == nil && !connection.wantsInput, "waits after the close")
        } else if connection.hasOutput
            || pending.isEmpty && streamedResponse == nil && streamedRequest == nil && !connection.wantsTurn(at: now)
        {
            require(connection.deadline != nil, "waits for its client without a deadline")
        }
    }

    private func require(_ isTrue: Bool, _ message: String) {
        if !isTrue { fatalError(message) }
    }
}

/// A response stream that is not read here: the decisions say what is sent.
private struct EmptyStream: AsyncSequence, AsyncIteratorProtocol {
    func makeAsyncIterator() -> EmptyStream { self }
    func next() async -> [UInt8]? { nil }
}
