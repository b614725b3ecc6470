import Brigade

extension JSON {
    /// The value as Python's `str()` prints what its `json` module reads: a text is itself, all else is its `repr()`.
    var pythonText: String {
        switch self {
        case .string(let text), .brokenString(let text): text
        default: pythonRepresentation
        }
    }

    private var pythonRepresentation: String {
        switch self {
        case .null: "None"
        case .bool(let value): value ? "True" : "False"
        case .integer(let value): value.description
        case .number, .longNumber: (double ?? .nan).pythonText
        case .string(let text), .brokenString(let text): text.pythonRepresentation
        case .array(let elements): "[" + elements.map(\.pythonRepresentation).joined(separator: ", ") + "]"
        case .object(let members):
            "{"
                + members.map { "\($0.name.pythonRepresentation): \($0.value.pythonRepresentation)" }
                .joined(separator: ", ") + "}"
        }
    }
}
