import Contract

/// What an operator asks of a running master: one line on its control socket.
enum ControlRequest: Equatable {
    case status(asJSON: Bool)
    case reload(waits: Bool)
    case stop(waits: Bool)
    case scale(Int)

    /// In bytes, with its newline.
    static let longestLine = 64

    init?(line: String) {
        switch line.split(separator: " ").map(String.init) {
        case ["status"]: self = .status(asJSON: false)
        case ["status", "json"]: self = .status(asJSON: true)
        case ["reload"]: self = .reload(waits: false)
        case ["reload", "wait"]: self = .reload(waits: true)
        case ["stop"]: self = .stop(waits: false)
        case ["stop", "wait"]: self = .stop(waits: true)
        case let words where words.count == 2 && words[0] == "scale":
            guard let count = Int(words[1]) else { return nil }
            self = .scale(count)
        default: return nil
        }
    }

    var line: String {
        switch self {
        case .status(let asJSON): asJSON ? "status json" : "status"
        case .reload(let waits): waits ? "reload wait" : "reload"
        case .stop(let waits): waits ? "stop wait" : "stop"
        case .scale(let count): "scale \(count)"
        }
    }
}

/// The answer to a control request. On the wire it is `ok` or `failed` on a line of its own, and then text for the
/// operator until the connection ends.
struct ControlReply: Equatable {
    let isSuccess: Bool
    let text: String

    static func success(_ text: String) -> ControlReply { ControlReply(isSuccess: true, text: text) }
    static func failure(_ text: String) -> ControlReply { ControlReply(isSuccess: false, text: text) }

    private init(isSuccess: Bool, text: String) {
        self.isSuccess = isSuccess
        self.text = text
    }

    /// - Returns: nil for an incomplete reply: the sender has exited.
    init?(message: String) {
        guard let end = message.firstIndex(of: "\n") else { return nil }
        switch message[..<end] {
        case "ok": isSuccess = true
        case "failed": isSuccess = false
        default: return nil
        }
        text = String(message[message.index(after: end)...])
        guard text.hasSuffix("\n") else { return nil }
    }

    var message: String { "\(isSuccess ? "ok" : "failed")\n\(text)\(text.hasSuffix("\n") ? "" : "\n")" }
}

/// One client of the control socket: it sends one line, gets one reply, and is closed. A value, without a socket or a
/// clock.
struct ControlSession {
    /// What to do about bytes that have arrived.
    enum Step: Equatable {
        case wait
        case perform(ControlRequest)
        /// The line is no request; the reply is in `output` already.
        case refused
    }

    /// For the client to send its line, and to read its reply.
    static let timeout = Duration.seconds(5)

    private var input: [UInt8] = []
    private(set) var output: [UInt8] = []
    private(set) var hasAsked = false
    private var hasAnswer = false
    /// When the client has taken too long; nil while it waits for the master.
    private(set) var deadline: Duration?

    init(at now: Duration) {
        deadline = now + Self.timeout
    }

    /// The client has the whole reply.
    var isOver: Bool { hasAnswer && output.isEmpty }

    /// The client waits for the master.
    var isWaiting: Bool { hasAsked && !hasAnswer }

    mutating func receive(_ bytes: some Collection<UInt8>, at now: Duration) -> Step {
        // What follows the line is ignored.
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
        deadline = now + Self.timeout
    }

    mutating func sent(_ count: Int) {
        output.removeFirst(count)
    }

    private mutating func refuse(at now: Duration) -> Step {
        hasAsked = true
        answer(.failure("unknown request; send status, reload, stop or 'scale N' on one line"), at: now)
        return .refused
    }
}
