extension Constraint {
    /// A minimum number of elements.
    public static func count<Element>(_ range: PartialRangeFrom<Int>) -> Constraint where Value == [Element] {
        let least = range.lowerBound
        return Constraint([.init("minItems", JSON(integerLiteral: least))]) {
            $0.count < least ? tooShort(least, $0.count) : nil
        }
    }

    /// A maximum number of elements. The elements of a longer list are not read.
    public static func count<Element>(_ range: PartialRangeThrough<Int>) -> Constraint where Value == [Element] {
        let most = range.upperBound
        let early: @Sendable (JSON) -> Violation? = { json in
            guard case .array(let elements) = json, elements.count > most else { return nil }
            return tooLong(most, elements.count)
        }
        return Constraint([.init("maxItems", JSON(integerLiteral: most))], early: early) {
            $0.count > most ? tooLong(most, $0.count) : nil
        }
    }

    /// A minimum and a maximum number of elements.
    public static func count<Element>(_ range: ClosedRange<Int>) -> Constraint where Value == [Element] {
        let (least, most) = (count(range.lowerBound...), count(...range.upperBound))
        return Constraint(most.keywords + least.keywords, early: most.earlyViolation) {
            most.violation($0) ?? least.violation($0)
        }
    }

    private static func tooShort(_ limit: Int, _ count: Int) -> Violation {
        violation("too_short", "at least", "min_length", limit, count)
    }

    private static func tooLong(_ limit: Int, _ count: Int) -> Violation {
        violation("too_long", "at most", "max_length", limit, count)
    }

    private static func violation(
        _ type: String, _ words: String, _ name: String, _ limit: Int, _ count: Int
    ) -> Violation {
        Violation(
            type, "List should have \(words) \(limit) item\(limit == 1 ? "" : "s") after validation, not \(count)",
            context: [
                .init("field_type", "List"), .init(name, JSON(integerLiteral: limit)),
                .init("actual_length", JSON(integerLiteral: count)),
            ])
    }
}

extension Constraint {
    /// Constraints on each element: `.each(.length(1...20))`. An issue has the index of the element.
    public static func each<Element: RequestValue>(
        _ constraints: Constraint<Element.Constrained>...
    ) -> Constraint where Value == [Element] {
        let rule = ValueRule<Element>(constraints)
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

extension ValueRule {
    /// The issues of an array's elements.
    fileprivate func issues(of array: JSON) -> [Issue] {
        guard case .array(let elements) = array else { return [] }
        var issues: [Issue] = []
        for (index, element) in elements.enumerated() where !issues.isFull {
            issues.nested(under: .index(index)) { _ = read(element, in: array, issues: &$0) }
        }
        return issues
    }
}
