/// A property of a model: its name in JSON, how to get it, and what it must keep.
public struct Property<Model, Value: RequestValue & ResponseValue>: Sendable {
    let name: String
    private let rule: Rule<Value>
    /// Writes the value. It is made where the types are known, so that it need not look for them when it runs.
    let write: @Sendable (Model, inout JSONWriter) -> Void
    /// Whether a model's value is written; nil when each is.
    let isWritten: (@Sendable (Model) -> Bool)?

    /// One that must be sent; or, of an optional type, may be left out.
    /// - Parameters:
    ///   - value: `\.label`, or any function.
    ///   - required: whether one of an optional type must be sent as well, be it as null.
    ///   - description: for the document, and so are the examples.
    @inlinable
    public init(
        _ name: String, _ value: @escaping @Sendable (Model) -> Value, required: Bool = false,
        _ constraints: Constraint<Value.Constrained>..., description: String = "", examples: [Value] = []
    ) {
        self.init(name, constraints, required ? nil : Value.absent, description, examples, value) {
            value($0).write(to: &$1)
        }
    }

    /// One that may be left out.
    @inlinable
    public init(
        _ name: String, _ value: @escaping @Sendable (Model) -> Value, default: Value,
        _ constraints: Constraint<Value.Constrained>..., description: String = "", examples: [Value] = []
    ) {
        self.init(name, constraints, `default`, description, examples, value) { value($0).write(to: &$1) }
    }

    @usableFromInline
    init(
        _ name: String, _ constraints: [Constraint<Value.Constrained>], _ defaultValue: Value?, _ description: String,
        _ examples: [Value], _ value: @escaping @Sendable (Model) -> Value,
        write: @escaping @Sendable (Model, inout JSONWriter) -> Void
    ) {
        self.name = name
        self.write = write
        // What is not written when it is absent is of a type that has values which are not; of no other is it asked.
        if let absent = Value.absent, !absent.isWritten {
            isWritten = { @Sendable model in value(model).isWritten }
        } else {
            isWritten = nil
        }
        rule = Rule(constraints, default: defaultValue, description: description, examples: examples)
    }

    var schema: PropertySchema {
        PropertySchema(
            name: name, schema: rule.schema(name: name), isRequired: rule.defaultValue == nil, isList: Value.isList)
    }

    func read(_ object: JSON, issues: inout [Issue]) -> Value? {
        issues.below(.name(name)) { rule.read(object[name], around: object, issues: &$0) }
    }

    /// Two different values that keep the rules, as JSON and as read; fewer when no more were found.
    /// - Parameter depth: how many models the property's stands in.
    func samples(depth: Int) -> [(json: JSON, value: Value)] {
        var samples: [(json: JSON, value: Value)] = []
        for json in SampleValues.of(schema.schema, depth: depth) where samples.count < 2 {
            var issues: [Issue] = []
            guard let value = rule.read(json, around: .null, issues: &issues), issues.isEmpty else { continue }
            if samples.first?.value.json != value.json { samples.append((json, value)) }
        }
        return samples
    }

    /// Those that were read.
    func values() -> [Value] {
        samples(depth: 0).map(\.value)
    }
}
