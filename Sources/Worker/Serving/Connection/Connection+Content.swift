import Messages

// Content that is read or made piece by piece.
extension Connection {
    // MARK: Of a request

    /// Whether more of it is read from the socket now.
    @inline(__always) var wantsContent: Bool {
        guard let content else { return false }
        return content.isAsked || parser.buffered < Self.mostUnread
    }

    mutating func beginContent(at now: UInt64) {
        content = IncomingContent(number: requests)
        waits.body.start(at: now)
        waits.body.pause(at: now)
    }

    /// The handler of that request waits for a piece. Nothing happens when it is over already.
    mutating func askForContent(_ number: Int, at now: UInt64) {
        guard content?.number == number else { return }
        content?.isAsked = true
        waits.body.resume(at: now)
        isTransferring = true
    }

    private mutating func nextContent(at now: UInt64) -> Action? {
        guard let content, content.isAsked else { return nil }
        if let failure = content.failure { return failContent(failure) }
        switch parser.nextContent() {
        case .piece(let bytes):
            self.content?.isAsked = false
            waits.body.pause(at: now)
            return .deliver(number: content.number, .piece(bytes))
        case .end:
            self.content = nil
            waits.body.stop()
            return .deliver(number: content.number, .end)
        case .refused(let refusal):
            return failContent(refusal)
        case nil:
            if inputEnded { return failContent(.incomplete) }
            // In the middle of an answer there is no place for it.
            if exchanges.first?.isPending == true { sayContinue(at: now) }
            return nil
        }
    }

    /// The rest does not come: the answer is the last one.
    private mutating func failContent(_ refusal: Refusal) -> Action? {
        guard let content = content.take() else { return nil }
        waits.body.stop()
        phase = .finishing
        exchanges.first?.persistence = .closed
        return .deliver(number: content.number, .failure(note(refusal)))
    }

    /// The request is answered. Unless the rest is there, the connection ends with that: what comes is dropped.
    mutating func closeContent() {
        guard let content = content.take() else { return }
        waits.body.stop()
        closedContent = content.number
        isTransferring = true
        while true {
            switch parser.nextContent() {
            case .piece: continue
            case .end: return
            case .refused, nil:
                phase = .finishing
                exchanges.first?.persistence = .closed
                return
            }
        }
    }

    // MARK: Of an answer

    /// Whether more of it is made now.
    var hasRoomForContent: Bool { output.count < Self.mostOutput }

    /// Whether content of that request's answer is still to be made.
    func isStreaming(_ number: Int) -> Bool {
        exchanges.first?.number == number && exchanges.first?.isStreaming == true
    }

    /// A piece of content.
    /// - Returns: false when no more is wanted.
    mutating func send(_ number: Int, _ piece: [UInt8], at moment: Moment) -> Bool {
        guard phase != .closed, exchanges.first?.number == number,
            case .streaming(var outgoing) = exchanges.first?.answer
        else { return false }
        if piece.isEmpty { return true }
        beginOutput(at: moment.nanoseconds)
        switch outgoing.framing {
        case .chunked: ResponseEncoder.append(chunk: piece, to: &output)
        case .untilClose: output.append(piece)
        case .sized(let remaining):
            let count = min(remaining, piece.count)
            piece.withUnsafeBytes { output.append(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            outgoing.framing = .sized(remaining: remaining - count)
            outgoing.size += count
            exchanges.answerFirst(.streaming(outgoing))
            if count == remaining { concludeContent(outgoing, at: moment) }
            return true
        }
        outgoing.size += piece.count
        exchanges.answerFirst(.streaming(outgoing))
        return true
    }

    /// There are no more pieces.
    /// - Returns: how many bytes are missing; then the connection is cut.
    mutating func endContent(_ number: Int, at moment: Moment) -> Int {
        guard phase != .closed, exchanges.first?.number == number,
            case .streaming(let outgoing) = exchanges.first?.answer
        else { return 0 }
        switch outgoing.framing {
        case .chunked:
            beginOutput(at: moment.nanoseconds)
            output.append(ResponseEncoder.lastChunk)
        case .untilClose: break
        case .sized(let remaining):
            end(.reset, at: moment.nanoseconds)
            return remaining
        }
        concludeContent(outgoing, at: moment)
        return 0
    }

    /// There is no end to it: the client must not take what it has for the whole.
    /// - Returns: false when that content is not being sent any more.
    mutating func cutContent(_ number: Int, at now: UInt64) -> Bool {
        guard phase != .closed, exchanges.first?.number == number, exchanges.first?.isStreaming == true else {
            return false
        }
        end(.reset, at: now)
        return true
    }

    /// Its maker waits for `makeMore`.
    mutating func waitForRoom(_ number: Int) {
        guard exchanges.first?.number == number, case .streaming(var outgoing) = exchanges.first?.answer else { return }
        outgoing.isWaiting = true
        exchanges.answerFirst(.streaming(outgoing))
        isTransferring = true
    }

    private mutating func concludeContent(_ outgoing: OutgoingContent, at moment: Moment) {
        if content != nil { closeContent() }
        conclude(status: outgoing.status, size: outgoing.size, at: moment.nanoseconds)
        encodeReady(at: moment)
    }

    // MARK: Both

    mutating func nextTransfer(at moment: Moment) -> Action? {
        if phase == .closed || phase == .lingering { return nil }
        if let (number, request, refusal) = dueRefusal.take() { return .refuse(number: number, request, refusal) }
        if let (number, stream) = dueContent.take() { return .make(number: number, stream) }
        if let action = nextContent(at: moment.nanoseconds) { return action }
        if hasRoomForContent, case .streaming(var outgoing) = exchanges.first?.answer, outgoing.isWaiting {
            outgoing.isWaiting = false
            exchanges.answerFirst(.streaming(outgoing))
            return .makeMore
        }
        isTransferring = content != nil || exchanges.first?.isStreaming == true
        return nil
    }
}
