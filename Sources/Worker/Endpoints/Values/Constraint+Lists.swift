extension Constraint {
    /// At least so many elements.
    public static func count<Element>(_ range: PartialRangeFrom<Int>) -> Constraint where Value == [Element] {
        let least = range.lowerBound
        return Constraint([.init("minItems", JSON(integerLiteral: least))]) {
            $0.count < least ? tooShort(least, $0.count) : nil
        }
    }

    /// At most so many elements; of a longer list none is looked at.
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

    /// So many elements.
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
