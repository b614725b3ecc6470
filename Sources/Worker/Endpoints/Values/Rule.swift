/// What a parameter or property must keep, and what stands in when it is not sent.
struct Rule<Value: RequestValue>: Sendable {
    let constraints: [Constraint<Value.Constrained>]
    let defaultValue: Value?
    private let defaultJSON: JSON?
    private let examples: [JSON]

    func schema(title: String) -> Schema {
        Value.schema.adding(constraints.flatMap(\.keywords))
            .annotated(title: title, default: defaultJSON == .null ? nil : defaultJSON, examples: examples)
    }

    /// - Parameter json: nil when it was not sent.
    func read(_ json: JSON?, around: JSON, issues: inout [Issue]) -> Value? {
        guard let json else {
            if defaultValue == nil { issues.append(.missing(around: around)) }
            return defaultValue
        }
        guard let value = Value.read(json, issues: &issues) else { return nil }
        guard !constraints.isEmpty, let constrained = value.constrained else { return value }
        for constraint in constraints {
            if let violation = constraint.violation(constrained) {
                issues.append(Issue(violation.type, violation.message, input: json, context: violation.context))
                return nil
            }
        }
        return value
    }
}

extension Rule where Value: ResponseValue {
    init(_ constraints: [Constraint<Value.Constrained>], default defaultValue: Value?, examples: [Value]) {
        self.constraints = constraints
        self.defaultValue = defaultValue
        defaultJSON = defaultValue?.json
        self.examples = examples.map(\.json)
    }
}

extension String {
    /// `max_results` as "Max Results", like Python's `str.title()` with spaces for underscores.
    var titleCased: String {
        var isInWord = false
        return unicodeScalars.map { scalar in
            defer { isInWord = scalar.properties.isAlphabetic }
            if scalar == "_" { return " " }
            return isInWord ? scalar.properties.lowercaseMapping : scalar.properties.titlecaseMapping
        }.joined()
    }
}
