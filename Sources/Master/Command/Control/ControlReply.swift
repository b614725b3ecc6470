/// The answer to a control request: whether it went well, and the text for the operator. On the wire `ok` or `failed`
/// on a line of its own, then the text until the end.
struct ControlReply: Equatable {
    let isGood: Bool
    let text: String

    static func good(_ text: String) -> ControlReply { ControlReply(isGood: true, text: text) }
    static func bad(_ text: String) -> ControlReply { ControlReply(isGood: false, text: text) }

    private init(isGood: Bool, text: String) {
        self.isGood = isGood
        self.text = text
    }

    /// - Returns: nil when it is not whole: whoever sent it is gone.
    init?(message: String) {
        guard let end = message.firstIndex(of: "\n") else { return nil }
        switch message[..<end] {
        case "ok": isGood = true
        case "failed": isGood = false
        default: return nil
        }
        text = String(message[message.index(after: end)...])
        guard text.hasSuffix("\n") else { return nil }
    }

    var message: String { "\(isGood ? "ok" : "failed")\n\(text)\(text.hasSuffix("\n") ? "" : "\n")" }
}
