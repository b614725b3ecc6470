import Messages

// From bytes to requests.
extension Connection {
    mutating func nextRequest(at moment: Moment) -> Action? {
        if parked != nil, exchanges.isEmpty, let request = parked.take() { return begin(request, at: moment) }
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
            return nil
        case nil:
            let progress = parser.progress
            return progress == .idle && !inputEnded ? nil : missInput(progress, at: moment)
        }
    }

    /// What has come is no whole request.
    private mutating func missInput(_ progress: RequestParser.Progress, at moment: Moment) -> Action? {
        if let head = parser.undecided { return .decide(head) }
        if inputEnded {
            if progress == .idle { phase = .finishing } else { refuse(.incomplete, at: moment) }
            return nil
        }
        guard progress == .body else { return nil }
        if !waits.body.isRunning { waits.body.start(at: moment.nanoseconds) }
        if exchanges.isEmpty { sayContinue(at: moment.nanoseconds) }
        return nil
    }

    /// To a client that waits for it.
    mutating func sayContinue(at now: UInt64) {
        guard parser.awaitsContinue else { return }
        beginOutput(at: now)
        output.append(ResponseEncoder.continueLine)
        parser.continueSent()
    }

    /// How the content of the request is taken whose head was given.
    mutating func take(_ mode: ContentMode, at moment: Moment) {
        if case .stream(let limit) = mode { contentLimit = limit } else { contentLimit = nil }
        switch parser.take(mode) {
        case .request(let request): parked = request
        case .refused(let refusal): refuse(refusal, at: moment)
        case nil: break
        }
    }

    private mutating func begin(_ request: consuming IncomingRequest, at moment: Moment) -> Action {
        requests += 1
        spendTurn()
        if !request.isPersistent { phase = .finishing }
        let method = request.head.method
        exchanges.append(
            Exchange(
                number: requests, arrival: request.arrival, isHead: method == .head,
                isSafe: method.isSafe && !request.isStreamed && !request.isOld, isOld: request.isOld,
                persistence: request.isPersistent ? (request.isOld ? .keptAlive : .implied) : .closed,
                bytes: request.body.count, words: isLogged ? RequestWords(request.head) : nil))
        waits.body.stop()
        if request.isStreamed { beginContent(at: moment.nanoseconds) }
        return .handle(number: requests, request)
    }

    mutating func refuse(_ refusal: Refusal, at moment: Moment) {
        let refusal = note(refusal)
        requests += 1
        phase = .finishing
        let line = parser.unansweredLine
        let request = parser.unansweredRequest
        defer { parser.forgetUnanswered() }
        var exchange = Exchange(
            number: requests, arrival: waits.requestSince, isHead: line?.starts(with: "HEAD ".utf8) == true,
            isSafe: true, isOld: false,
            persistence: .closed, bytes: 0,
            words: isLogged ? request.map { RequestWords($0.head) } ?? RequestWords(line: line) : nil)
        if let request {
            dueRefusal = (requests, request, refusal)
            isTransferring = true
        } else {
            exchange.take(.ready(refusal.response))
        }
        parser.abandon()
        waits.memorySince = nil
        exchanges.append(exchange)
        encodeReady(at: moment)
    }
}
