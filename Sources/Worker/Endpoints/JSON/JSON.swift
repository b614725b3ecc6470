/// A JSON value as it was sent: members keep their order, and whole numbers of any size keep their digits.
public enum JSON: Hashable, Sendable {
    case null
    case bool(Bool)
    /// A number without fraction and exponent.
    case integer(Integer)
    /// Any other number.
    case number(Double)
    /// A number whose digits a `Double` cannot hold: its JSON text.
    case longNumber(String)
    case string(String)
    /// A string with an unpaired surrogate, which is not valid Unicode. U+FFFD replaces the surrogate here.
    case brokenString(String)
    case array([JSON])
    /// Names are unique. If the text repeats a name, the last value counts, at the position of the first.
    case object([Member])

    /// A name and its value.
    public struct Member: Hashable, Sendable {
        /// The name, without escapes.
        public let name: String
        /// The value.
        public var value: JSON

        /// Creates a member.
        public init(_ name: String, _ value: JSON) {
            self.name = name
            self.value = value
        }
    }

    /// The value of the member with that name; nil if there is none, or if this is not an object.
    public subscript(name: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name.hasSameBytes(as: name) }?.value
    }

    /// The element at that index; nil if there is none, or if this is not an array.
    public subscript(index: Int) -> JSON? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    /// The number as a `Double`, rounded if need be; nil if this is not a number.
    public var double: Double? {
        switch self {
        case .integer(.small(let value)): Double(value)
        case .integer(.large(let digits)): Double(digits)
        case .number(let value): value
        case .longNumber(let text): Double(text)
        default: nil
        }
    }
}

// Reading and writing text.
extension JSON: CustomStringConvertible {
    /// Parses JSON text in UTF-8, UTF-16 or UTF-32, with or without a byte order mark.
    ///
    /// The limits are those of CPython, or near them: 960 levels of nesting, 4300 digits in a whole number.
    /// - Throws: at the first error, with the message and the position that CPython 3.11 reports. NaN and Infinity are
    ///   errors too.
    public init(parsing bytes: [UInt8]) throws(JSONError) {
        guard let text = JSONTranscoder.utf8(from: bytes) else { throw .unreadable("no Unicode text") }
        var parser = JSONParser(text)
        self = try parser.parse()
    }

    /// Compact JSON text in UTF-8.
    public var bytes: [UInt8] {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.bytes
    }

    /// Compact JSON text.
    public var description: String { String(decoding: bytes, as: UTF8.self) }

    /// JSON text with one member or element per line, indented by two spaces per level. It does not end with a line feed.
    public var indentedText: String { indented(margin: "") }

    private func indented(margin: String) -> String {
        let inner = margin + "  "
        switch self {
        case .array(let elements) where !elements.isEmpty:
            return "[\n" + elements.map { inner + $0.indented(margin: inner) }.joined(separator: ",\n") + "\n\(margin)]"
        case .object(let members) where !members.isEmpty:
            let lines = members.map {
                inner + JSON.string($0.name).description + ": " + $0.value.indented(margin: inner)
            }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(margin)}"
        default:
            return description
        }
    }
}

extension JSON: RequestValue, ResponseValue {
    /// The schema that accepts every value.
    public static var schema: Schema { Schema() }

    /// Accepts every value.
    public static func read(_ json: JSON, issues: inout [Issue]) -> JSON? { json }

    /// Writes the value. An unpaired surrogate becomes U+FFFD, and a number that is not finite becomes null.
    public func write(to writer: inout JSONWriter) {
        switch self {
        case .null: writer.null()
        case .bool(let value): writer.bool(value)
        case .integer(let value): value.write(to: &writer)
        case .number(let value): writer.number(value)
        case .longNumber(let text): writer.raw(text.utf8)
        case .string(let text), .brokenString(let text): writer.string(text)
        case .array(let elements): JSON.write(elements, to: &writer)
        case .object(let members): JSON.write(members, to: &writer)
        }
    }

    // These two are not generic, because each level of nesting takes their frames from the thread's stack.
    private static func write(_ elements: [JSON], to writer: inout JSONWriter) {
        var separator: StaticString = "["
        for element in elements {
            writer.raw(separator)
            separator = ","
            element.write(to: &writer)
        }
        writer.raw(elements.isEmpty ? "[]" : "]")
    }

    private static func write(_ members: [Member], to writer: inout JSONWriter) {
        var separator: StaticString = "{"
        for member in members {
            writer.raw(separator)
            separator = ","
            writer.string(member.name)
            writer.raw(":")
            member.value.write(to: &writer)
        }
        writer.raw(members.isEmpty ? "{}" : "}")
    }
}

extension JSON: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral {
    /// `nil` is null.
    public init(nilLiteral: ()) { self = .null }
    /// `true` and `false`.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// An integer.
    public init(integerLiteral value: Int) { self = .integer(.small(value)) }
}

extension JSON: ExpressibleByFloatLiteral, ExpressibleByStringLiteral {
    /// A number.
    public init(floatLiteral value: Double) { self = .number(value) }
    /// A string.
    public init(stringLiteral value: String) { self = .string(value) }
}

extension JSON: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    /// An array.
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }

    /// An object. The names must be unique.
    public init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(elements.map { Member($0.0, $0.1) })
    }
}
