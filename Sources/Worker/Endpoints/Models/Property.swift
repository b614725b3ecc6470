/// A property of a model: its name in JSON, how to get it, and what it must keep.
public struct Property<Model, Value: RequestValue & ResponseValue>: Sendable {
    let name: String
    private let rule: Rule<Value>
    /// Writes the value. It is made where the types are known, so that it need not look for them when it runs.
    let write: @Sendable (Model, inout JSONWriter) -> Void

    /// One that must be sent.
    /// - Parameters:
    ///   - value: `\.label`, or any function.
    ///   - description: for the document, and so are the examples.
    @inlinable
    public init(
        _ name: String, _ value: @escaping @Sendable (Model) -> Value, _ constraints: Constraint<Value.Constrained>...,
        description: String = "", examples: [Value] = []
    ) {
        self.init(name, constraints, nil, description, examples) { value($0).write(to: &$1) }
    }

    /// One that may be left out.
    @inlinable
    public init(
        _ name: String, _ value: @escaping @Sendable (Model) -> Value, default: Value,
        _ constraints: Constraint<Value.Constrained>..., description: String = "", examples: [Value] = []
    ) {
        self.init(name, constraints, `default`, description, examples) { value($0).write(to: &$1) }
    }

    @usableFromInline
    init(
        _ name: String, _ constraints: [Constraint<Value.Constrained>], _ defaultValue: Value?, _ description: String,
        _ examples: [Value], write: @escaping @Sendable (Model, inout JSONWriter) -> Void
    ) {
        self.name = name
        self.write = write
        rule = Rule(constraints, default: defaultValue, description: description, examples: examples)
    }

    var schema: PropertySchema {
        PropertySchema(name: name, schema: rule.schema(name: name), isRequired: rule.defaultValue == nil)
    }

    func read(_ object: JSON, issues: inout [Issue]) -> Value? {
        issues.below(.name(name)) { rule.read(object[name], around: object, issues: &$0) }
    }
}
