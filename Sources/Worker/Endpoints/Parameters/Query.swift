/// A parameter of the query. Of a repeated one the last counts.
public struct Query<Value: ParameterValue & ResponseValue>: Parameter {
    private let name: String
    private let rule: Rule<Value>

    /// One that must be sent; or, of an optional type, may be left out.
    public init(
        _ name: String, _ type: Value.Type = Value.self, _ constraints: Constraint<Value.Constrained>...,
        examples: [Value] = []
    ) {
        self.name = name
        rule = Rule(constraints, default: Value.absent, examples: examples)
    }

    /// One that may be left out.
    public init(
        _ name: String, _ type: Value.Type = Value.self, default: Value,
        _ constraints: Constraint<Value.Constrained>...,
        examples: [Value] = []
    ) {
        self.name = name
        rule = Rule(constraints, default: `default`, examples: examples)
    }

    /// A parameter of the query.
    public var declaration: ParameterDeclaration {
        let schema = rule.schema(title: name.titleCased)
        return ParameterDeclaration(.query, name: name, schema: schema, isRequired: rule.defaultValue == nil)
    }

    /// Reads the decoded value.
    public func value(in call: Call, issues: inout [Issue]) -> Value? {
        let text = call.queryText(name).map(JSON.string)
        let known = issues.count
        let value = rule.read(text, around: .null, issues: &issues)
        if issues.count > known { issues.place(from: known, at: .query, name) }
        return value
    }
}
