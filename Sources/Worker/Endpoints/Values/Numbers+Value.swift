extension Integer: ParameterValue, ResponseValue {
    /// An integer.
    public static var schema: Schema { .type("integer") }

    /// Reads an integer, a boolean, a number without fraction, or text.
    public static func read(_ json: JSON, issues: inout [Issue]) -> Integer? {
        switch json {
        case .integer(let value): return value
        case .bool(let value): return .small(value ? 1 : 0)
        case .string(let text): return read(text, json, &issues)
        case .number(let value): return read(value, json, &issues)
        case .longNumber(let text): return read(Double(text) ?? .infinity, json, &issues)
        case .brokenString: issues.append(notAnInteger(json))
        default: issues.append(Issue("int_type", "Input should be a valid integer", input: json))
        }
        return nil
    }

    /// Reads 1 to 18 digits.
    public static func read(plain text: Span<UInt8>) -> Integer? { Integer(plainText: text) }

    /// Writes the digits.
    public func write(to writer: inout JSONWriter) {
        switch self {
        case .small(let value): writer.integer(value)
        case .large(let digits): writer.raw(digits.utf8)
        }
    }

    private static func read(_ text: String, _ input: JSON, _ issues: inout [Issue]) -> Integer? {
        do throws(ParseError) {
            return try Integer(text: text)
        } catch {
            issues.append(error == .tooLong ? tooLarge(input) : notAnInteger(input))
            return nil
        }
    }

    private static func read(_ value: Double, _ input: JSON, _ issues: inout [Issue]) -> Integer? {
        guard value.isFinite else {
            issues.append(Issue("finite_number", "Input should be a finite number", input: input))
            return nil
        }
        // Larger numbers have no fraction.
        guard value.magnitude < 0x1p63 else {
            issues.append(tooLarge(input))
            return nil
        }
        let whole = Int(value)
        guard Double(whole) == value else {
            let message = "Input should be a valid integer, got a number with a fractional part"
            issues.append(Issue("int_from_float", message, input: input))
            return nil
        }
        return .small(whole)
    }

    private static func notAnInteger(_ input: JSON) -> Issue {
        let message = "Input should be a valid integer, unable to parse string as an integer"
        return Issue("int_parsing", message, input: input)
    }

    static func tooLarge(_ input: JSON) -> Issue {
        Issue("int_parsing_size", "Unable to parse input string as an integer, exceeded maximum size", input: input)
    }
}

extension Int: ParameterValue, ResponseValue {
    /// An integer.
    public static var schema: Schema { Integer.schema }

    /// Reads what an `Integer` reads, if it fits.
    public static func read(_ json: JSON, issues: inout [Issue]) -> Int? {
        guard let value = Integer.read(json, issues: &issues) else { return nil }
        if value.small == nil { issues.append(Integer.tooLarge(json)) }
        return value.small
    }

    /// Reads 1 to 18 digits.
    public static func read(plain text: Span<UInt8>) -> Int? { Integer(plainText: text)?.small }

    /// Writes the digits.
    public func write(to writer: inout JSONWriter) {
        writer.integer(self)
    }
}

extension Double: ParameterValue, ResponseValue {
    /// A number.
    public static var schema: Schema { .type("number") }

    /// Reads a number, a boolean or text.
    public static func read(_ json: JSON, issues: inout [Issue]) -> Double? {
        switch json {
        case .number, .longNumber, .integer: return json.double
        case .bool(let value): return value ? 1 : 0
        case .string(let text):
            if let value = number(text) { return value }
            let message = "Input should be a valid number, unable to parse string as a number"
            issues.append(Issue("float_parsing", message, input: json))
        default: issues.append(Issue("float_type", "Input should be a valid number", input: json))
        }
        return nil
    }

    /// Writes the shortest text that parses as the same number; null if it is not finite.
    public func write(to writer: inout JSONWriter) {
        writer.number(self)
    }

    /// Swift also parses hexadecimal numbers, which are not accepted.
    private static func number(_ text: String) -> Double? {
        let trimmed = String(text.trimmingWhiteSpace)
        return trimmed.utf8.contains { $0 | 0x20 == UInt8(ascii: "x") } ? nil : Double(trimmed)
    }
}

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
