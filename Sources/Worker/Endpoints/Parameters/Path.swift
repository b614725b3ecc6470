/// A parameter that is a whole segment of the path: `{name}` in the route's path.
public struct Path<Value: ParameterValue>: Parameter {
    @usableFromInline let name: String
    /// Whether nothing is asked of the value but that it can be read.
    @usableFromInline let isFree: Bool
    private let rule: ValueRule<Value>

    /// - Parameters:
    ///   - name: as in the route's path, without its braces.
    ///   - description: for the document, and so are the examples.
    public init(
        _ name: String, _ type: Value.Type = Value.self, _ constraints: Constraint<Value.Constrained>...,
        description: String = "", examples: [Value] = []
    ) where Value: ResponseValue {
        self.name = name
        isFree = constraints.isEmpty
        rule = ValueRule(constraints, default: nil, description: description, examples: examples)
    }

    /// A required parameter of the path.
    public var declaration: ParameterDeclaration { rule.declaration(.path, name) }

    /// Reads the decoded segment.
    @inlinable
    public func find(in context: Context, issues: inout [Issue]) -> Value? {
        if isFree, let text = context.pathBytes(name), let value = Value.read(plain: text.span) { return value }
        return checkedValue(in: context, issues: &issues)
    }

    @usableFromInline
    func checkedValue(in context: Context, issues: inout [Issue]) -> Value? {
        rule.read(context.pathParameter(name).map(JSON.string), at: .path, name, issues: &issues)
    }
}
