/// A parameter that is a whole segment of the path: `{name}` in the route's path.
public struct Path<Value: ParameterValue>: Parameter {
    @usableFromInline let name: String
    /// Whether nothing is asked of the value but that it can be read.
    @usableFromInline let isFree: Bool
    private let rule: Rule<Value>

    /// - Parameter name: as in the route's path, without its braces.
    public init(_ name: String, _ type: Value.Type = Value.self, _ constraints: Constraint<Value.Constrained>...)
    where Value: ResponseValue {
        self.name = name
        isFree = constraints.isEmpty
        rule = Rule(constraints, default: nil, examples: [])
    }

    /// A required parameter of the path.
    public var declaration: ParameterDeclaration {
        ParameterDeclaration(.path, name: name, schema: rule.schema(title: name.titleCased))
    }

    /// Reads the decoded segment.
    @inlinable
    public func value(in call: Call, issues: inout [Issue]) -> Value? {
        if isFree, let text = call.pathBytes(name), let value = Value.read(plain: text.span) { return value }
        return checkedValue(in: call, issues: &issues)
    }

    @usableFromInline
    func checkedValue(in call: Call, issues: inout [Issue]) -> Value? {
        let text = call.pathText(name).map(JSON.string)
        let known = issues.count
        let value = rule.read(text, around: .null, issues: &issues)
        if issues.count > known { issues.place(from: known, at: .path, name) }
        return value
    }
}

extension [Issue] {
    /// Puts the issues from that one on below a place of the request.
    mutating func place(from first: Int, at place: ParameterDeclaration.Place, _ name: String) {
        for index in first..<count {
            self[index].location.insert(contentsOf: [.name(place.rawValue), .name(name)], at: 0)
        }
    }
}
