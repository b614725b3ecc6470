import Contract

/// What an operator asks of a running master: one line on its control socket.
enum ControlRequest: Equatable {
    case status(asJSON: Bool)
    /// The oldest requests in flight, at most so many.
    case inFlight(Int, asJSON: Bool)
    case reload(waits: Bool)
    case stop(waits: Bool)
    case scale(Int)
    /// Replace the worker in this slot.
    case drain(slot: Int, waits: Bool)
    case logLevel(LogLevel)
    /// The stacks of all threads of the worker in this slot.
    case stacks(slot: Int, asJSON: Bool)

    /// In bytes, with its newline.
    static let longestLine = 64

    init?(line: String) {
        let words = line.split(separator: " ").map(String.init)
        guard let name = words.first else { return nil }
        let number = words.count > 1 ? Int(words[1]) : nil
        switch (name, number, Array(words.dropFirst(number == nil ? 1 : 2))) {
        case ("status", nil, []): self = .status(asJSON: false)
        case ("status", nil, ["json"]): self = .status(asJSON: true)
        case ("inflight", let limit?, []): self = .inFlight(limit, asJSON: false)
        case ("inflight", let limit?, ["json"]): self = .inFlight(limit, asJSON: true)
        case ("reload", nil, []): self = .reload(waits: false)
        case ("reload", nil, ["wait"]): self = .reload(waits: true)
        case ("stop", nil, []): self = .stop(waits: false)
        case ("stop", nil, ["wait"]): self = .stop(waits: true)
        case ("scale", let count?, []): self = .scale(count)
        case ("drain", let slot?, []): self = .drain(slot: slot, waits: false)
        case ("drain", let slot?, ["wait"]): self = .drain(slot: slot, waits: true)
        case ("log-level", nil, let level) where level.count == 1:
            guard let level = LogLevel(rawValue: level[0]) else { return nil }
            self = .logLevel(level)
        case ("stacks", let slot?, []): self = .stacks(slot: slot, asJSON: false)
        case ("stacks", let slot?, ["json"]): self = .stacks(slot: slot, asJSON: true)
        default: return nil
        }
    }

    var line: String {
        switch self {
        case .status(let asJSON): asJSON ? "status json" : "status"
        case .inFlight(let limit, let asJSON): asJSON ? "inflight \(limit) json" : "inflight \(limit)"
        case .reload(let waits): waits ? "reload wait" : "reload"
        case .stop(let waits): waits ? "stop wait" : "stop"
        case .scale(let count): "scale \(count)"
        case .drain(let slot, let waits): waits ? "drain \(slot) wait" : "drain \(slot)"
        case .logLevel(let level): "log-level \(level.rawValue)"
        case .stacks(let slot, let asJSON): asJSON ? "stacks \(slot) json" : "stacks \(slot)"
        }
    }

    /// Whether it changes nothing: who does not wait for the reply does no harm.
    var onlyAsks: Bool {
        switch self {
        case .status, .inFlight, .stacks: true
        case .reload, .stop, .scale, .drain, .logLevel: false
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

    private static let advice =
        "this server does not know the request; send status, reload, stop, 'scale N', 'inflight N', 'drain N', "
        + "'log-level LEVEL' or 'stacks N' on one line"

    private mutating func refuse(at now: Duration) -> Step {
        hasAsked = true
        answer(.failure(Self.advice), at: now)
        return .refused
    }
}
