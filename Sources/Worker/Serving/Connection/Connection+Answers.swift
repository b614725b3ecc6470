import Messages

// From answers to bytes.
extension Connection {
    /// An answer is there. One that nobody waits for any more is dropped.
    /// - Returns: whether its content is still to be made.
    @discardableResult
    mutating func answer(_ number: Int, with response: borrowing Response, at moment: Moment) -> Bool {
        if phase == .closed { return false }
        guard exchanges.first?.number == number else { return exchanges.answer(number, with: copy response) }
        guard exchanges.first?.isPending == true else { return false }
        let isMade = exchanges.first?.isMade(response) == true
        encode(response, at: moment)
        encodeReady(at: moment)
        return isMade
    }

    /// Gives every answer since the last time, in order, with its words where there is an access log.
    mutating func takeAnswers(_ body: (AnsweredRequest, RequestWords?) -> Void) {
        if answers.isEmpty { return }
        for index in answers.indices { body(answers[index], isLogged ? words[index] : nil) }
        answers.removeAll(keepingCapacity: true)
        if isLogged { words.removeAll() }
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
            response, isHead: exchange.isHead, persistence: persistence(of: exchange), arrival: exchange.arrival,
            at: moment, to: &output)
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
            arrival: exchange.arrival, at: moment, to: &output)
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
    mutating func conclude(status: Int, size: Int, at now: UInt64) {
        guard let exchange = exchanges.removeFirst() else { return }
        let latency = now > exchange.arrival ? now - exchange.arrival : 0
        answers.append(AnsweredRequest(latency: latency, status: status, size: size))
        if let spoken = exchange.words { words.append(spoken) }
        becomeQuiet(at: now)
    }

    /// Bytes are about to be added to the output.
    mutating func beginOutput(at now: UInt64) {
        if !hasOutput { waits.output.start(at: now) }
    }
}
