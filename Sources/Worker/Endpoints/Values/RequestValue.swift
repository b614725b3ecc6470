/// A type that an endpoint can read from a request: from JSON, or from text, which is read like a JSON string.
public protocol RequestValue: Sendable {
    /// The type that constraints speak of: of an optional, what it wraps.
    associatedtype Constrained: Sendable = Self

    /// What the document says of it.
    static var schema: Schema { get }

    /// Reads the value; nil when issues were added, which stand at the value's own place.
    static func read(_ json: JSON, issues: inout [Issue]) -> Self?

    /// The value as constraints see it; nil when there is nothing to look at.
    var constrained: Constrained? { get }

    /// Whether it takes all values that were sent under its name, as an array of strings: in a query, in the header
    /// section, and in a form.
    static var isList: Bool { get }

    /// What stands in when it was not sent and nothing else is declared; nil when it must be sent.
    static var absent: Self? { get }
}

extension RequestValue {
    /// False: it takes one.
    public static var isList: Bool { false }

    /// Nil: it must be sent.
    public static var absent: Self? { nil }
}

extension RequestValue where Constrained == Self {
    /// The value itself.
    public var constrained: Self? { self }
}

/// A type that can be read from the text of a path, a query or a header.
public protocol ParameterValue: RequestValue {
    /// Reads text of the form that nearly all values have, straight from its bytes: what is faster than `read`, and gives
    /// the same. Nil for text that `read` must look at.
    static func read(plain text: Span<UInt8>) -> Self?
}

extension ParameterValue {
    /// Nil: no text is plain.
    public static func read(plain text: Span<UInt8>) -> Self? { nil }
}
