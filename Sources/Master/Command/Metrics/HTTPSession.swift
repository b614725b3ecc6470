/// One client of the metrics address: it sends requests one after the other, and each is answered before the next is read.
/// A value, without a socket or a clock.
struct HTTPSession {
    private enum State: Equatable {
        /// Reads a request's head, or waits for one.
        case reading
        /// The master works on the answer.
        case waiting(isHead: Bool, keepsAlive: Bool)
        case answering(keepsAlive: Bool)
        /// The last answer is sent and this side is closed. What the client still sends is thrown away, because a socket
        /// that is closed before it is read resets the connection, and the client might lose the answer.
        case lingering
        case over
    }

    /// For a client to send a head.
    static let headTimeout = Duration.seconds(5)
    /// Between two requests. Prometheus asks every minute or more often.
    static let idleTimeout = Duration.seconds(150)
    /// For a client to take a whole answer.
    static let answerTimeout = Duration.seconds(30)
    static let lingerTimeout = Duration.seconds(2)

    private var state = State.reading
    private var input: [UInt8] = []
    private(set) var output: ArraySlice<UInt8> = []
    /// When the client has taken too long; nil while it waits for the master.
    private(set) var deadline: Duration?
    /// When it sent its last request, or connected.
    private(set) var lastRequest: Duration

    init(at now: Duration) {
        deadline = now + Self.headTimeout
        lastRequest = now
    }

    var isOver: Bool { state == .over }

    /// This side is to be closed (shutdown(2)).
    var isLingering: Bool { state == .lingering }

    var readsInput: Bool { state == .reading || state == .lingering }

    /// Closed first when there are too many clients: it has nothing that it waits for.
    var isIdle: Bool { state == .reading }

    /// It has sent more than the request that was answered last. The next one may be complete: call `next`.
    var hasUnreadInput: Bool { state == .reading && isUnread }

    private var isUnread = false

    mutating func receive(_ bytes: [UInt8], at now: Duration) {
        guard state == .reading else { return }
        if input.isEmpty { deadline = now + Self.headTimeout }
        input += bytes
        isUnread = true
    }

    /// The client has closed its side.
    mutating func inputEnded() {
        if readsInput, !isUnread { state = .over }
    }

    /// The next request, if it is complete. A refused one is answered at once: look at `output`.
    /// - Parameter time: seconds since 1970.
    mutating func next(at now: Duration, time: Int) -> HTTPRequest? {
        guard hasUnreadInput else { return nil }
        isUnread = false
        switch HTTPRequest.parse(input) {
        case .incomplete: return nil
        case .complete(let request, let length):
            input.removeFirst(length)
            state = .waiting(isHead: request.isHead, keepsAlive: request.keepsAlive)
            deadline = nil
            lastRequest = now
            return request
        case .refused(let answer):
            input = []
            state = .waiting(isHead: false, keepsAlive: false)
            self.answer(answer, at: now, time: time)
            return nil
        }
    }

    mutating func answer(_ answer: HTTPAnswer, at now: Duration, time: Int) {
        guard case .waiting(let isHead, let keepsAlive) = state else { return }
        output = answer.message(isHead: isHead, keepsAlive: keepsAlive, at: time)[...]
        state = .answering(keepsAlive: keepsAlive)
        deadline = now + Self.answerTimeout
    }

    /// The socket has taken so much of the output.
    mutating func sent(_ count: Int, at now: Duration) {
        output = output.dropFirst(count)
        guard output.isEmpty, case .answering(let keepsAlive) = state else { return }
        output = []
        state = keepsAlive ? .reading : .lingering
        deadline = now + (keepsAlive ? Self.idleTimeout : Self.lingerTimeout)
        if !keepsAlive { input = [] }
        isUnread = !input.isEmpty
        if isUnread { deadline = now + Self.headTimeout }
    }
}
