/// A property of a PATCH. It is kept if it was not sent, and set if it was: so null differs from not sent.
///
/// ```swift
/// struct RecipePatch: Model {
///     let label: Patch<String>
///     let note: Patch<String?>
///
///     static let properties = Properties(RecipePatch.init) {
///         Property("label", \.label, default: .keep, .length(1...80))
///         Property("note", \.note, default: .keep)
///     }
/// }
///
/// func change(_ recipe: inout (label: String, note: String?), by patch: RecipePatch) {
///     patch.label.apply(to: \.label, of: &recipe)
///     patch.note.apply(to: \.note, of: &recipe)  // {"note": null} clears it, {} keeps it
/// }
/// ```
/// It is never required. Constraints check the wrapped value. In an answer, a property that is kept is left out.
public enum Patch<Value: Sendable>: Sendable {
    /// The property was not sent.
    case keep
    /// The property was sent with that value.
    case set(Value)

    /// Sets the property of `root` if it was sent.
    public func apply<Root>(to property: WritableKeyPath<Root, Value>, of root: inout Root) {
        if case .set(let value) = self { root[keyPath: property] = value }
    }

    /// The new value; the old one if the property was not sent.
    public func value(keeping old: Value) -> Value {
        if case .set(let value) = self { value } else { old }
    }
}

extension Patch: Equatable where Value: Equatable {}
extension Patch: Hashable where Value: Hashable {}

extension Patch: RequestValue where Value: RequestValue {
    /// Constraints check the wrapped value.
    public typealias Constrained = Value.Constrained

    /// The schema of the wrapped type.
    public static var schema: Schema { Value.schema }

    /// Reads the new value. It may be null if the wrapped type is optional.
    public static func read(_ json: JSON, issues: inout [Issue]) -> Self? {
        Value.read(json, issues: &issues).map(Patch.set)
    }

    /// The new value; nil if there is none.
    public var constrained: Value.Constrained? {
        if case .set(let value) = self { value.constrained } else { nil }
    }

    /// As the wrapped type.
    public static var isList: Bool { Value.isList }

    /// `keep`
    public static var valueWhenAbsent: Self? { .keep }
}

extension Patch: ParameterValue where Value: ParameterValue {}

extension Patch: ResponseConvertible, ResponseValue where Value: ResponseValue {
    /// The schema of the wrapped type.
    public static var schema: Schema { Value.schema }

    /// Writes the new value; null if there is none and it cannot be left out, as in an array.
    public func write(to writer: inout JSONWriter) {
        if case .set(let value) = self { value.write(to: &writer) } else { writer.null() }
    }

    /// False if there is no new value.
    public var isWritten: Bool {
        if case .set = self { true } else { false }
    }
}
