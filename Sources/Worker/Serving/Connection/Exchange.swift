import Messages

/// A request that has come, and its answer once there is one; sent in the order of the requests (RFC 9112, 9.3.2).
struct Exchange {
    /// Indirect: most answers go out without being kept here, and an exchange stays small without them.
    indirect enum Answer {
        /// Its handler has not answered.
        case pending
        /// It waits for its turn.
        case ready(Response)
        /// Its head is sent, its content is being made.
        case streaming(OutgoingContent)
    }

    /// Counts the requests of the connection.
    let number: Int
    let arrival: UInt64
    let isHead: Bool
    /// Whether those that follow may run beside it.
    let isSafe: Bool
    /// Whether it is HTTP/1.0.
    let isOld: Bool
    /// Whether the answer says that the connection stays, or that it closes.
    var persistence: ResponseEncoder.Persistence
    private(set) var answer = Answer.pending
    /// That are held for it: the request's content until it is answered, then the answer's until its turn comes.
    private(set) var bytes: Int
    /// Whether it runs on a blocking thread until it is answered.
    var blocks = false
    /// For the access log; nil when there is none.
    var words: RequestWords?

    var isPending: Bool {
        if case .pending = answer { true } else { false }
    }

    var isStreaming: Bool {
        if case .streaming = answer { true } else { false }
    }

    /// Whether its answer is there, and needs nothing more.
    var isAnswered: Bool {
        if case .ready(let response) = answer { response.stream == nil } else { false }
    }

    mutating func take(_ answer: consuming Answer) {
        if case .ready(let response) = answer { bytes = response.body.count } else { bytes = 0 }
        self.answer = answer
    }

    /// Whether the content of that answer is to be made.
    func isMade(_ response: borrowing Response) -> Bool {
        guard let stream = response.stream else { return false }
        return !isHead && stream.length != 0 && ResponseEncoder.hasContent(response.status)
    }
}
