extension Bool: ParameterValue, ResponseValue {
    /// A boolean.
    public static var schema: Schema { .type("boolean") }

    /// Reads a boolean, 0 and 1, or a word for them, such as "yes" and "off".
    public static func read(_ json: JSON, issues: inout [Issue]) -> Bool? {
        switch json {
        case .bool(let value): return value
        case .integer(0), .number(0): return false
        case .integer(1), .number(1): return true
        case .string(let text):
            if let value = words[text.lowercased()] { return value }
            fallthrough
        case .integer, .number, .longNumber:
            let message = "Input should be a valid boolean, unable to interpret input"
            issues.append(Issue("bool_parsing", message, input: json))
        default: issues.append(Issue("bool_type", "Input should be a valid boolean", input: json))
        }
        return nil
    }

    /// Writes true or false.
    public func write(to writer: inout JSONWriter) {
        writer.bool(self)
    }

    private static let words = [
        "1": true, "on": true, "t": true, "true": true, "y": true, "yes": true,
        "0": false, "off": false, "f": false, "false": false, "n": false, "no": false,
    ]
}
