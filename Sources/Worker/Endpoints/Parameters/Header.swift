/// A field of the request's header section. Of a repeated one the first counts, but for a list, which has them all.
///
/// Its value is UTF-8; where it is not, U+FFFD stands. It is not cut at commas.
public struct Header<Value: ParameterValue & ResponseValue>: Parameter {
    private let name: String
    private let rule: ValueRule<Value>

    /// One that must be sent; or, of an optional type, may be left out.
    /// - Parameters:
    ///   - name: in any case.
    ///   - description: for the document, and so are the examples.
    public init(
        _ name: String, _ type: Value.Type = Value.self, _ constraints: Constraint<Value.Constrained>...,
        description: String = "", examples: [Value] = []
    ) {
        self.name = name.lowercased()
        rule = ValueRule(constraints, default: Value.valueWhenAbsent, description: description, examples: examples)
    }

    /// One that may be left out.
    public init(
        _ name: String, _ type: Value.Type = Value.self, default: Value,
        _ constraints: Constraint<Value.Constrained>..., description: String = "", examples: [Value] = []
    ) {
        self.name = name.lowercased()
        rule = ValueRule(constraints, default: `default`, description: description, examples: examples)
    }

    /// A field of the header section, its name in lower case.
    public var declaration: ParameterDeclaration { rule.declaration(.header, name) }

    /// Reads the field's value, or those of all its lines.
    public func find(in context: Context, issues: inout [Issue]) -> Value? {
        let json = Value.isList ? JSON(texts: context.headers(name)) : context.header(name).map(JSON.string)
        return rule.read(json, at: .header, name, issues: &issues)
    }
}
