/// A type of your own that wraps another value type, with a check: an e-mail address is a string with a rule.
///
/// ```swift
/// struct Email: CustomValue {
///     let value: String
///
///     init(_ value: String) throws {
///         guard value.contains("@") else { throw InvalidValue("an address has an @") }
///         self.value = value.lowercased()
///     }
///
///     static let format = "email"
/// }
/// ```
/// It can be read from a path, a query, a header, a form and a body. `init` may change what was sent. Constraints check the
/// wrapped value, so an `Email` can have `.length(...100)`.
public protocol CustomValue: ParameterValue, ResponseValue {
    /// The type that it is read from and written as.
    associatedtype Inner: ParameterValue & ResponseValue

    /// The type that constraints check: the inner value's.
    associatedtype Constrained = Inner.Constrained

    /// - Throws: `InvalidValue`, or any error that describes itself. It becomes an issue, never a 500.
    init(_ value: Inner) throws

    /// The value that is written.
    var value: Inner { get }

    /// The schema's `format`; none if it is empty.
    static var format: String { get }
}

extension CustomValue where Constrained == Inner.Constrained {
    /// The inner value.
    public var constrained: Inner.Constrained? { value.constrained }
}

extension CustomValue {
    /// None.
    public static var format: String { "" }

    /// The inner type's schema, with the format.
    public static var schema: Schema {
        format.isEmpty ? Inner.schema : Inner.schema.adding([.init("format", .string(format))])
    }

    /// Reads the inner value and wraps it.
    public static func read(_ json: JSON, issues: inout [Issue]) -> Self? {
        guard let inner = Inner.read(json, issues: &issues) else { return nil }
        do {
            return try Self(inner)
        } catch let error as InvalidValue {
            issues.append(Issue(error.type, error.message, input: json, context: error.context))
        } catch {
            let error = InvalidValue("\(error)")
            issues.append(Issue(error.type, error.message, input: json, context: error.context))
        }
        return nil
    }

    /// As the inner type.
    public static var isList: Bool { Inner.isList }

    /// Writes the inner value.
    public func write(to writer: inout JSONWriter) {
        value.write(to: &writer)
    }
}

/// What is wrong with a value. It becomes an issue.
public struct InvalidValue: Error {
    /// The type of the issue.
    public let type: String
    /// The message of the issue.
    public let message: String
    /// The context of the issue.
    public let context: [JSON.Member]

    /// A `value_error` with the message `Value error, ` and the reason, as pydantic reports a `ValueError` in a validator.
    public init(_ reason: String) {
        self.init(type: "value_error", "Value error, \(reason)", context: [.init("error", .string(reason))])
    }

    /// An issue with a type and a message of your own.
    public init(type: String, _ message: String, context: [JSON.Member] = []) {
        self.type = type
        self.message = message
        self.context = context
    }
}
