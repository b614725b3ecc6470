/// How a parameter or property is read: its constraints, its default, and what the document says of it.
struct ValueRule<Value: RequestValue>: Sendable {
    let constraints: [Constraint<Value.Constrained>]
    let defaultValue: Value?
    /// For the document. May be empty.
    let description: String
    private let earlyViolations: [@Sendable (JSON) -> Constraint<Value.Constrained>.Violation?]
    private let defaultJSON: JSON?
    private let examples: [JSON]

    func schema(name: String) -> Schema {
        var type = Value.schema
        // The description of the parameter replaces that of the type.
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
        return constraints.compactMap { $0.violation(value) }.map { "the default violates a constraint: \($0.message)" }
    }

    /// - Parameters:
    ///   - json: nil if it was not sent.
    ///   - container: the object that it should be in, for the issue.
    func read(_ json: JSON?, in container: JSON, issues: inout [Issue]) -> Value? {
        guard let json else {
            if defaultValue == nil { issues.append(.missing(in: container)) }
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

extension ValueRule {
    /// The rule of a value that is required.
    init(_ constraints: [Constraint<Value.Constrained>]) {
        self.constraints = constraints
        description = ""
        earlyViolations = constraints.compactMap(\.earlyViolation)
        defaultValue = nil
        defaultJSON = nil
        examples = []
    }
}

extension ValueRule where Value: ResponseValue {
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
    /// `max_results` as "Max Results", like Python's `str.title()` after replacing underscores with spaces.
    var titleCased: String {
        var isInWord = false
        return unicodeScalars.map { scalar in
            defer { isInWord = scalar.properties.isAlphabetic }
            if scalar == "_" { return " " }
            return isInWord ? scalar.properties.lowercaseMapping : scalar.properties.titlecaseMapping
        }.joined()
    }
}
