/// A parameter of the query. Of a repeated one the last counts, but for a list, which has them all.
public struct Query<Value: ParameterValue & ResponseValue>: Parameter {
    private let name: String
    private let rule: ValueRule<Value>

    /// One that must be sent; or, of an optional type, may be left out.
    /// - Parameter description: for the document, and so are the examples.
    public init(
        _ name: String, _ type: Value.Type = Value.self, _ constraints: Constraint<Value.Constrained>...,
        description: String = "", examples: [Value] = []
    ) {
        self.name = name
        rule = ValueRule(constraints, default: Value.valueWhenAbsent, description: description, examples: examples)
    }

    /// One that may be left out.
    public init(
        _ name: String, _ type: Value.Type = Value.self, default: Value,
        _ constraints: Constraint<Value.Constrained>..., description: String = "", examples: [Value] = []
    ) {
        self.name = name
        rule = ValueRule(constraints, default: `default`, description: description, examples: examples)
    }

    /// A parameter of the query.
    public var declaration: ParameterDeclaration { rule.declaration(.query, name) }

    /// Reads the decoded value, or all of them.
    public func find(in context: Context, issues: inout [Issue]) -> Value? {
        let json =
            Value.isList ? JSON(texts: context.queryParameters(name)) : context.queryParameter(name).map(JSON.string)
        return rule.read(json, at: .query, name, issues: &issues)
    }
}
