/// A property of a PATCH: what was not sent is kept, and what was sent is set; so null can be told from nothing.
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
///     patch.note.apply(to: \.note, of: &recipe)  // {"note": null} takes it away, {} keeps it
/// }
/// ```
/// It is never required, its rules are those of what it wraps, and an answer leaves it out where it keeps.
public enum Patch<Value: Sendable>: Sendable {
    /// It was not sent.
    case keep
    /// It was sent.
    case set(Value)

    /// Sets the property of that thing, if there is something to set.
    public func apply<Root>(to property: WritableKeyPath<Root, Value>, of root: inout Root) {
        if case .set(let value) = self { root[keyPath: property] = value }
    }

    /// What it becomes when it was that.
    public func value(keeping old: Value) -> Value {
        if case .set(let value) = self { value } else { old }
    }
}

extension Patch: Equatable where Value: Equatable {}
extension Patch: Hashable where Value: Hashable {}

extension Patch: RequestValue where Value: RequestValue {
    /// What is set is what constraints speak of.
    public typealias Constrained = Value.Constrained

    /// The wrapped type.
    public static var schema: Schema { Value.schema }

    /// Reads what is to be set; null too, where the wrapped type has it.
    public static func read(_ json: JSON, issues: inout [Issue]) -> Self? {
        Value.read(json, issues: &issues).map(Patch.set)
    }

    /// What is set; nothing when it is kept.
    public var constrained: Value.Constrained? {
        if case .set(let value) = self { value.constrained } else { nil }
    }

    /// As what is wrapped.
    public static var isList: Bool { Value.isList }

    /// It is kept.
    public static var absent: Self? { .keep }
}

extension Patch: ParameterValue where Value: ParameterValue {}

extension Patch: ResponseConvertible, ResponseValue where Value: ResponseValue {
    /// The wrapped type.
    public static var schema: Schema { Value.schema }

    /// Writes what is set; null for what is kept, where something must stand.
    public func write(to writer: inout JSONWriter) {
        if case .set(let value) = self { value.write(to: &writer) } else { writer.null() }
    }

    /// Not where it is kept.
    public var isWritten: Bool {
        if case .set = self { true } else { false }
    }
}
