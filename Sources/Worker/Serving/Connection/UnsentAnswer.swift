/// An answer that the access log is still to hear of: its line says what was sent, and when the last byte was.
struct UnsentAnswer {
    /// What nginx logs of a request whose client has gone before there was an answer; no client sees it.
    static let closedRequest = 499

    private var answer: AnsweredRequest
    private let arrival: UInt64
    let words: RequestWords
    /// Where it ends among all bytes of the connection's output; nil for one that has no end.
    private let end: UInt64?

    init(_ answer: AnsweredRequest, arrival: UInt64, _ words: RequestWords, end: UInt64?) {
        self.answer = answer
        self.arrival = arrival
        self.words = words
        self.end = end
    }

    /// A request that nobody waits for any more.
    init(closedAt now: UInt64, arrival: UInt64, _ words: RequestWords) {
        let answer = AnsweredRequest(latency: 0, status: Self.closedRequest, size: 0)
        self.init(answer.ended(at: now, arrival), arrival: arrival, words, end: 0)
    }

    /// What is said of it when that many bytes of output have been sent; nil while there are more.
    func whole(sent: UInt64, at now: UInt64) -> AnsweredRequest? {
        guard let end, end <= sent else { return nil }
        return answer.ended(at: now, arrival)
    }

    /// What is said when no more will be sent.
    /// - Parameter total: bytes of output that there were.
    func final(sent: UInt64, of total: UInt64, at now: UInt64) -> AnsweredRequest {
        if let whole = whole(sent: sent, at: now) { return whole }
        var answer = answer.ended(at: now, arrival)
        answer.size = max(0, answer.size - Int((end ?? total) - sent))
        answer.isAborted = true
        return answer
    }
}

extension AnsweredRequest {
    fileprivate func ended(at now: UInt64, _ arrival: UInt64) -> AnsweredRequest {
        var copy = self
        copy.latency = now > arrival ? now - arrival : 0
        return copy
    }
}
