extension JSON {
    /// For people and for line by line comparison: a member or an element a line, two spaces deeper than what it is in.
    /// No line end follows the last line.
    public var indentedText: String { indented(margin: "") }

    private func indented(margin: String) -> String {
        let inner = margin + "  "
        switch self {
        case .array(let elements) where !elements.isEmpty:
            return "[\n" + elements.map { inner + $0.indented(margin: inner) }.joined(separator: ",\n") + "\n\(margin)]"
        case .object(let members) where !members.isEmpty:
            let lines = members.map { inner + Self.text(.string($0.name)) + ": " + $0.value.indented(margin: inner) }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(margin)}"
        default:
            return Self.text(self)
        }
    }

    private static func text(_ value: JSON) -> String { String(decoding: value.bytes, as: UTF8.self) }
}
