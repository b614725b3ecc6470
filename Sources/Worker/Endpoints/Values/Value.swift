/// A type that an endpoint can read from any part of a request, and write into an answer.
public typealias Value = ParameterValue & ResponseValue

/// A type that an endpoint can read from a request: from JSON, or from text, which is read like a JSON string.
public protocol RequestValue: Sendable {
    /// The type that constraints check. For an optional it is the wrapped type.
    associatedtype Constrained: Sendable = Self

    /// The schema in the OpenAPI document.
    static var schema: Schema { get }

    /// Reads the value. Nil if it is invalid; then issues were added, with locations relative to the value.
    static func read(_ json: JSON, issues: inout [Issue]) -> Self?

    /// The value that constraints check; nil if there is nothing to check.
    var constrained: Constrained? { get }

    /// Whether the type reads all values of its name, as an array of strings. This is for queries, headers and forms.
    static var isList: Bool { get }

    /// The value of a parameter or property that was not sent and declares no default; nil if it is required.
    static var valueWhenAbsent: Self? { get }
}

extension RequestValue {
    /// False: it reads one value.
    public static var isList: Bool { false }

    /// Nil: it is required.
    public static var valueWhenAbsent: Self? { nil }
}

extension RequestValue where Constrained == Self {
    /// The value itself.
    public var constrained: Self? { self }
}

/// A type that can be read from the text of a path, a query or a header.
public protocol ParameterValue: RequestValue {
    /// Reads text in its most usual form straight from the bytes. This is a faster way to what `read(_:issues:)` returns; nil
    /// for text that must go there.
    static func read(plain text: Span<UInt8>) -> Self?
}

extension ParameterValue {
    /// Nil: `read(_:issues:)` reads all text.
    public static func read(plain text: Span<UInt8>) -> Self? { nil }
}

/// A type that an endpoint can answer with, as JSON.
public protocol ResponseValue: ResponseConvertible {
    /// The schema in the OpenAPI document.
    static var schema: Schema { get }

    /// Writes the value as JSON.
    func write(to writer: inout JSONWriter)

    /// Whether an object with this value as a property has the property at all.
    var isWritten: Bool { get }
}

extension ResponseValue {
    /// True: the property is always written.
    @inlinable
    public var isWritten: Bool { true }

    /// The value as a JSON value. It is written and parsed again, so this is slow.
    var json: JSON {
        var writer = JSONWriter()
        write(to: &writer)
        return (try? JSON(parsing: writer.bytes)) ?? .null
    }
}

/// A `read` returned nil without adding an issue. This is a mistake in the type, and the answer is a 500.
@usableFromInline
struct MissingIssueError: Error {
    let type: String

    @usableFromInline
    init(type: String) {
        self.type = type
    }
}

extension Optional {
    /// The value that was read without issues.
    @inlinable
    func unwrapped() throws(MissingIssueError) -> Wrapped {
        guard let self else { throw MissingIssueError(type: String(describing: Wrapped.self)) }
        return self
    }
}
