extension Constraint {
    /// Rules of each element: `.each(.length(1...20))`. What breaks one is named by its index.
    public static func each<Element: RequestValue>(
        _ constraints: Constraint<Element.Constrained>...
    ) -> Constraint where Value == [Element] {
        let rule = Rule<Element>(constraints)
        let mistakes = constraints.compactMap(\.mistake)
        return Constraint(
            [.init("items", .object(Schema().adding(constraints.flatMap(\.keywords)).keywords))], early: nil,
            elementIssues: { elements in rule.issues(of: elements) },
            mistake: mistakes.isEmpty ? nil : mistakes.joined(separator: ", ")
        ) { elements in
            for element in elements {
                guard let element = element.constrained else { continue }
                for constraint in constraints {
                    guard let violation = constraint.violation(element) else { continue }
                    return Violation(violation.type, violation.message, context: violation.context)
                }
            }
            return nil
        }
    }
}

extension Rule {
    /// Those of an array's elements.
    fileprivate func issues(of array: JSON) -> [Issue] {
        guard case .array(let elements) = array else { return [] }
        var issues: [Issue] = []
        for (index, element) in elements.enumerated() where !issues.isFull {
            issues.below(.index(index)) { _ = read(element, around: array, issues: &$0) }
        }
        return issues
    }
}
