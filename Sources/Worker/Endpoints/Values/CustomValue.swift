/// A type of your own around a value that is read and written already: an e-mail address is a text, with a rule.
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
/// It can stand in a path, a query, a header, a form and a body. `init` may change what was sent. Constraints speak of the
/// value inside, so `.length(...100)` can be said of an `Email`.
public protocol CustomValue: ParameterValue, ResponseValue {
    /// What it is read from and written as.
    associatedtype Inner: ParameterValue & ResponseValue

    /// What constraints speak of: the inner value.
    associatedtype Constrained = Inner.Constrained

    /// - Throws: `InvalidValue`, or anything else whose text says what is wrong: an issue, never a 500.
    init(_ value: Inner) throws

    /// What is written.
    var value: Inner { get }

    /// The schema's `format`; empty for none.
    static var format: String { get }
}

extension CustomValue where Constrained == Inner.Constrained {
    /// As the inner value.
    public var constrained: Inner.Constrained? { value.constrained }
}

extension CustomValue {
    /// None.
    public static var format: String { "" }

    /// The inner type's, with the format.
    public static var schema: Schema {
        format.isEmpty ? Inner.schema : Inner.schema.adding([.init("format", .string(format))])
    }

    /// Reads the inner type, and makes the value of it.
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

/// What is wrong with a value, as its author says it.
public struct InvalidValue: Error {
    /// The issue's type.
    public let type: String
    /// The issue's message.
    public let message: String
    /// The issue's context.
    public let context: [JSON.Member]

    /// A `value_error`: the message is `Value error, ` and the reason, as pydantic has it for a validator's `ValueError`.
    public init(_ reason: String) {
        self.init(type: "value_error", "Value error, \(reason)", context: [.init("error", .string(reason))])
    }

    /// An issue in words of your own.
    public init(type: String, _ message: String, context: [JSON.Member] = []) {
        self.type = type
        self.message = message
        self.context = context
    }
}
