import Messages

// From answers to bytes.
extension Connection {
    /// An answer is there. One that nobody waits for any more is dropped.
    /// - Returns: whether its content is still to be made.
    @discardableResult
    mutating func answer(_ number: Int, with response: borrowing Response, at moment: Moment) -> Bool {
        if response.hasExtras, let whenSent = response.whenSent {
            keepNotice(of: number, isTaken: phase != .closed && exchanges.awaits(number), whenSent)
        }
        if phase == .closed { return false }
        guard exchanges.first?.number == number else { return exchanges.answer(number, with: copy response) }
        guard exchanges.first?.isPending == true else { return false }
        let isMade = exchanges.first?.isMade(response) == true
        encode(response, at: moment)
        encodeReady(at: moment)
        return isMade
    }

    /// Gives every answer since the last time, in order.
    mutating func takeAnswers(_ body: (AnsweredRequest) -> Void) {
        if answers.isEmpty { return }
        for answer in answers { body(answer) }
        answers.removeAll(keepingCapacity: true)
    }

    /// Gives what the access log says of the answers that have been sent since the last time, in order.
    mutating func takeSent(at now: UInt64, _ body: (AnsweredRequest, RequestWords) -> Void) {
        var count = 0
        while count < unsent.count, let answer = unsent[count].whole(sent: output.taken, at: now) {
            body(answer, unsent[count].words)
            count += 1
        }
        if count == unsent.count { unsent.removeAll(keepingCapacity: true) } else { unsent.removeFirst(count) }
    }

    /// Gives what the access log says of all others, when the connection has ended: also of requests without an answer.
    mutating func takeUnsent(at now: UInt64, _ body: (AnsweredRequest, RequestWords) -> Void) {
        guard isLogged else { return }
        while let exchange = exchanges.removeFirst() {
            guard let words = exchange.words else { continue }
            unsent.append(UnsentAnswer(closedAt: now, arrival: exchange.arrival, words))
        }
        for request in [parked, parser.unansweredRequest] {
            guard let request else { continue }
            unsent.append(UnsentAnswer(closedAt: now, arrival: request.arrival, RequestWords(request.head)))
        }
        for answer in unsent { body(answer.final(sent: output.taken, of: output.total, at: now), answer.words) }
        unsent = []
    }

    /// Answers that are there and whose turn it is.
    mutating func encodeReady(at moment: Moment) {
        while case .ready(let response) = exchanges.first?.answer { encode(response, at: moment) }
    }

    /// The answer to the request that came first.
    private mutating func encode(_ response: borrowing Response, at moment: Moment) {
        if response.stream != nil { return begin(response, at: moment) }
        if content != nil { closeContent() }
        guard let exchange = exchanges.first else { return }
        beginOutput(at: moment.nanoseconds)
        let size = ResponseEncoder.append(
            response, isHead: exchange.isHead, persistence: persistence(of: exchange),
            arrival: isTimed ? exchange.arrival : nil, at: moment, to: &output)
        conclude(status: response.status.code, size: size, at: moment.nanoseconds)
    }

    /// The head of an answer whose content is made while it is sent.
    private mutating func begin(_ response: borrowing Response, at moment: Moment) {
        guard let stream = response.stream, let exchange = exchanges.first else { return }
        let isMade = exchange.isMade(response)
        if content != nil, !isMade { closeContent() }
        var framing: OutgoingContent.Framing?
        if ResponseEncoder.hasContent(response.status) {
            framing = stream.length.map { .sized(remaining: $0) } ?? (exchange.isOld ? .untilClose : .chunked)
        }
        if isMade, case .untilClose = framing {
            exchanges.first?.persistence = .closed
            phase = .finishing
        }
        beginOutput(at: moment.nanoseconds)
        ResponseEncoder.appendHead(
            response, framing: framing, persistence: persistence(of: exchanges.first ?? exchange),
            arrival: isTimed ? exchange.arrival : nil, at: moment, to: &output)
        guard isMade, let framing else {
            return conclude(status: response.status.code, size: 0, at: moment.nanoseconds)
        }
        exchanges.answerFirst(.streaming(OutgoingContent(framing: framing, status: response.status.code)))
        dueContent = (exchange.number, stream)
        isTransferring = true
    }

    /// The last answer of a worker that leaves says so.
    private mutating func persistence(of exchange: Exchange) -> ResponseEncoder.Persistence {
        guard waits.drainsSince != nil, phase == .open, exchanges.count == 1, parser.progress == .idle, parked == nil
        else { return exchange.persistence }
        phase = .finishing
        return .closed
    }

    /// The exchange that came first is over.
    /// - Parameter isCut: its content has no end.
    mutating func conclude(status: Int, size: Int, isCut: Bool = false, at now: UInt64) {
        guard let exchange = exchanges.removeFirst() else { return }
        learn(size)
        let latency = now > exchange.arrival ? now - exchange.arrival : 0
        let answer = AnsweredRequest(latency: latency, status: status, size: size)
        answers.append(answer)
        if !notices.isEmpty { setEndOfNotices(of: exchange.number) }
        if let words = exchange.words {
            unsent.append(UnsentAnswer(answer, arrival: exchange.arrival, words, end: isCut ? nil : output.total))
        }
        becomeQuiet(at: now)
    }

    /// Bytes are about to be added to the output.
    mutating func beginOutput(at now: UInt64) {
        if !hasOutput { waits.output.start(at: now) }
    }
}
