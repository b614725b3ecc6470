extension Constraint where Value == String {
    /// At least so many code points.
    public static func length(_ range: PartialRangeFrom<Int>) -> Constraint {
        Constraint([.init("minLength", JSON(integerLiteral: range.lowerBound))]) {
            $0.unicodeScalars.count < range.lowerBound ? tooShort(range.lowerBound) : nil
        }
    }

    /// At most so many code points.
    public static func length(_ range: PartialRangeThrough<Int>) -> Constraint {
        Constraint([.init("maxLength", JSON(integerLiteral: range.upperBound))]) {
            $0.unicodeScalars.count > range.upperBound ? tooLong(range.upperBound) : nil
        }
    }

    /// So many code points.
    public static func length(_ range: ClosedRange<Int>) -> Constraint {
        let (shortest, longest) = (length(range.lowerBound...), length(...range.upperBound))
        return Constraint(longest.keywords + shortest.keywords) { shortest.violation($0) ?? longest.violation($0) }
    }

    /// A pattern that some part of the text must match: `^` and `$` make it the whole.
    ///
    /// It is looked for after the constraints that stand before it: put `.length` first, for a pattern that goes back may
    /// take long for a long text.
    /// - Parameter pattern: of Swift's `Regex`; the document shows it, and its readers take it as ECMA-262 has it, so keep to
    ///   what both understand.
    public static func pattern(_ pattern: String) -> Constraint {
        let violation = Violation(
            "string_pattern_mismatch", "String should match pattern '\(pattern)'",
            context: [.init("pattern", .string(pattern))])
        let keywords = [JSON.Member("pattern", .string(pattern))]
        do {
            let compiled = try Pattern(pattern)
            return Constraint(keywords) { compiled.isFound(in: $0) ? nil : violation }
        } catch {
            let mistake = "the pattern \(pattern) is none: \(error)"
            return Constraint(keywords, early: nil, mistake: mistake) { _ in nil }
        }
    }

    private static func tooShort(_ limit: Int) -> Violation {
        Violation(
            "string_too_short", "String should have at least \(limit) character\(limit == 1 ? "" : "s")",
            context: [.init("min_length", JSON(integerLiteral: limit))])
    }

    private static func tooLong(_ limit: Int) -> Violation {
        Violation(
            "string_too_long", "String should have at most \(limit) character\(limit == 1 ? "" : "s")",
            context: [.init("max_length", JSON(integerLiteral: limit))])
    }
}
