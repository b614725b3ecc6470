/// What an operator asks of a running master, on one line of its control socket.
enum ControlRequest: Equatable {
    case status(asJSON: Bool)
    case reload(waits: Bool)
    case stop(waits: Bool)
    case scale(Int)

    /// The longest line, its end counted. Who sends more does not speak this language.
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
