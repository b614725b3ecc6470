/// A property of a model: its name in JSON, how to get its value, and its constraints.
public struct Property<Model, Value: RequestValue & ResponseValue>: Sendable {
    let name: String
    private let rule: ValueRule<Value>
    /// Writes the value. The closure is made where the type is known, so that it runs specialised.
    let write: @Sendable (Model, inout JSONWriter) -> Void
    /// Whether the value of a model is written; nil if it always is.
    let isWritten: (@Sendable (Model) -> Bool)?

    /// A required property; or one that may be left out, if its type is optional.
    /// - Parameters:
    ///   - value: a key path such as `\.label`, or any function.
    ///   - required: whether a property of an optional type must be sent too. It may still be null.
    ///   - description: for the document.
    ///   - examples: for the document.
    @inlinable
    public init(
        _ name: String, _ value: @escaping @Sendable (Model) -> Value, required: Bool = false,
        _ constraints: Constraint<Value.Constrained>..., description: String = "", examples: [Value] = []
    ) {
        self.init(name, constraints, required ? nil : Value.valueWhenAbsent, description, examples, value) {
            value($0).write(to: &$1)
        }
    }

    /// A property that may be left out.
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
        // Only a type whose absent value is not written can have such values. Others need no check.
        if let absent = Value.valueWhenAbsent, !absent.isWritten {
            isWritten = { @Sendable model in value(model).isWritten }
        } else {
            isWritten = nil
        }
        rule = ValueRule(constraints, default: defaultValue, description: description, examples: examples)
    }

    var schema: PropertySchema {
        PropertySchema(
            name: name, schema: rule.schema(name: name), isRequired: rule.defaultValue == nil, isList: Value.isList)
    }

    func read(_ object: JSON, issues: inout [Issue]) -> Value? {
        issues.nested(under: .name(name)) { rule.read(object[name], in: object, issues: &$0) }
    }

    /// Two different valid values, as JSON and as read; fewer if no more were found.
    /// - Parameter depth: the number of models that contain the model of the property.
    func samples(depth: Int) -> [(json: JSON, value: Value)] {
        var samples: [(json: JSON, value: Value)] = []
        for json in SampleValues.of(schema.schema, depth: depth) where samples.count < 2 {
            var issues: [Issue] = []
            guard let value = rule.read(json, in: .null, issues: &issues), issues.isEmpty else { continue }
            if samples.first?.value.json != value.json { samples.append((json, value)) }
        }
        return samples
    }

    /// The same, as read.
    func values() -> [Value] {
        samples(depth: 0).map(\.value)
    }
}
