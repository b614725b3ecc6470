import Contract

/// One client of the control socket as a value: one line comes, one reply goes, and then it is closed. It knows no
/// socket and no clock.
struct ControlSession {
    /// What is to be done about bytes that have come.
    enum Step: Equatable {
        /// Nothing yet.
        case wait
        case perform(ControlRequest)
        /// It does not speak this language; the reply is in `output` already.
        case refused
    }

    /// For the line to come, and for the reply to be read. A client that stalls is not waited for.
    static let patience = Duration.seconds(5)

    private var input: [UInt8] = []
    private(set) var output: [UInt8] = []
    private(set) var hasAsked = false
    private var hasAnswer = false
    /// When it has taken too long; nil while the master is who is waited for.
    private(set) var deadline: Duration?

    init(at now: Duration) {
        deadline = now + Self.patience
    }

    /// Everything is said, and the client has it.
    var isOver: Bool { hasAnswer && output.isEmpty }

    /// The master is who is waited for.
    var isWaiting: Bool { hasAsked && !hasAnswer }

    mutating func receive(_ bytes: some Collection<UInt8>, at now: Duration) -> Step {
        // What follows the line means nothing.
        guard !hasAsked else { return .wait }
        input += bytes.prefix(ControlRequest.longestLine + 1 - input.count)
        guard let end = input.firstIndex(of: UInt8(ascii: "\n")) else {
            guard input.count > ControlRequest.longestLine else { return .wait }
            return refuse(at: now)
        }
        guard let request = ControlRequest(line: String(decoding: input[..<end], as: UTF8.self)) else {
            return refuse(at: now)
        }
        hasAsked = true
        deadline = nil
        return .perform(request)
    }

    mutating func answer(_ reply: ControlReply, at now: Duration) {
        guard !hasAnswer else { return }
        hasAnswer = true
        output = Array(reply.message.utf8)
        deadline = now + Self.patience
    }

    mutating func sent(_ count: Int) {
        output.removeFirst(count)
    }

    private mutating func refuse(at now: Duration) -> Step {
        hasAsked = true
        answer(.bad("this is no request; send status, reload, stop or 'scale N' on one line"), at: now)
        return .refused
    }
}
