/// A JSON value as it was sent: the order of members is kept, and so are whole numbers of any size.
public enum JSON: Hashable, Sendable {
    case null
    case bool(Bool)
    /// A number without fraction and exponent.
    case integer(Integer)
    /// Any other number.
    case number(Double)
    /// One with digits that a `Double` does not give back: its text, as JSON has it.
    case longNumber(String)
    case string(String)
    /// A string with half a surrogate pair, which no Unicode text can hold: U+FFFD stands in its place here.
    case brokenString(String)
    case array([JSON])
    /// Names are unique: of a repeated one the last value was kept, at the first one's place.
    case object([Member])

    /// A name and its value.
    public struct Member: Hashable, Sendable {
        /// As it was sent, escapes resolved.
        public let name: String
        /// What it is.
        public var value: JSON

        /// A member by its parts.
        public init(_ name: String, _ value: JSON) {
            self.name = name
            self.value = value
        }
    }

    /// The value of that member; nil when there is none, or when this is no object.
    public subscript(name: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name.hasSameBytes(as: name) }?.value
    }

    /// The element at that index; nil when there is none, or when this is no array.
    public subscript(index: Int) -> JSON? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    /// The number as a `Double`, rounded where it cannot hold it; nil when this is no number.
    public var double: Double? {
        switch self {
        case .integer(.small(let value)): Double(value)
        case .integer(.large(let digits)): Double(digits)
        case .number(let value): value
        case .longNumber(let text): Double(text)
        default: nil
        }
    }

    /// The value as compact JSON text.
    public var bytes: [UInt8] {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.bytes
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

    /// Names must differ.
    public init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(elements.map { Member($0.0, $0.1) })
    }
}
