/// What a parameter or property must keep, and what stands in when it is not sent.
struct Rule<Value: RequestValue>: Sendable {
    let constraints: [Constraint<Value.Constrained>]
    let defaultValue: Value?
    /// For the document; may be empty.
    let description: String
    private let earlyViolations: [@Sendable (JSON) -> Constraint<Value.Constrained>.Violation?]
    private let defaultJSON: JSON?
    private let examples: [JSON]

    func schema(name: String) -> Schema {
        var type = Value.schema
        // One name stands in an object once.
        if !description.isEmpty { type.keywords.removeAll { $0.name == "description" } }
        var schema = type.adding(constraints.flatMap(\.keywords))
            .annotated(
                title: name.titleCased, description: description, default: defaultJSON == .null ? nil : defaultJSON,
                examples: examples)
        schema.mistakes += mistakes.map { "\(name): \($0)" }
        return schema
    }

    private var mistakes: [String] {
        let wrong = constraints.compactMap(\.mistake)
        guard wrong.isEmpty, let value = defaultValue?.constrained else { return wrong }
        return constraints.compactMap { $0.violation(value) }.map { "the default breaks a rule: \($0.message)" }
    }

    /// - Parameter json: nil when it was not sent.
    func read(_ json: JSON?, around: JSON, issues: inout [Issue]) -> Value? {
        guard let json else {
            if defaultValue == nil { issues.append(.missing(around: around)) }
            return defaultValue
        }
        for earlyViolation in earlyViolations {
            if let violation = earlyViolation(json) {
                issues.append(Issue(violation, input: json))
                return nil
            }
        }
        let known = issues.count
        guard let value = Value.read(json, issues: &issues) else {
            for constraint in constraints {
                guard let all = constraint.elementIssues?(json) else { continue }
                if !all.isEmpty { issues.replaceSubrange(known..., with: all) }
                break
            }
            return nil
        }
        guard !constraints.isEmpty, let constrained = value.constrained else { return value }
        for constraint in constraints {
            if let violation = constraint.violation(constrained) {
                let all = constraint.elementIssues?(json) ?? []
                issues += all.isEmpty ? [Issue(violation, input: json)] : all
                return nil
            }
        }
        return value
    }
}

extension Rule {
    /// Of what must be there.
    init(_ constraints: [Constraint<Value.Constrained>]) {
        self.constraints = constraints
        description = ""
        earlyViolations = constraints.compactMap(\.earlyViolation)
        defaultValue = nil
        defaultJSON = nil
        examples = []
    }
}

extension Rule where Value: ResponseValue {
    init(
        _ constraints: [Constraint<Value.Constrained>], default defaultValue: Value?, description: String,
        examples: [Value]
    ) {
        self.constraints = constraints
        self.description = description
        earlyViolations = constraints.compactMap(\.earlyViolation)
        self.defaultValue = defaultValue
        defaultJSON = defaultValue?.json
        self.examples = examples.map(\.json)
    }
}

extension Issue {
    fileprivate init<Value>(_ violation: Constraint<Value>.Violation, input: JSON) {
        self.init(violation.type, violation.message, input: input, context: violation.context)
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
