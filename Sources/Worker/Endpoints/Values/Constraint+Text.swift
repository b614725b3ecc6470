import Synchronization

extension Constraint where Value == String {
    /// A minimum length, in code points.
    public static func length(_ range: PartialRangeFrom<Int>) -> Constraint {
        Constraint([.init("minLength", JSON(integerLiteral: range.lowerBound))]) {
            $0.unicodeScalars.count < range.lowerBound ? tooShort(range.lowerBound) : nil
        }
    }

    /// A maximum length, in code points.
    public static func length(_ range: PartialRangeThrough<Int>) -> Constraint {
        Constraint([.init("maxLength", JSON(integerLiteral: range.upperBound))]) {
            $0.unicodeScalars.count > range.upperBound ? tooLong(range.upperBound) : nil
        }
    }

    /// A minimum and a maximum length, in code points.
    public static func length(_ range: ClosedRange<Int>) -> Constraint {
        let (shortest, longest) = (length(range.lowerBound...), length(...range.upperBound))
        return Constraint(longest.keywords + shortest.keywords) { shortest.violation($0) ?? longest.violation($0) }
    }

    /// A regular expression that some part of the text must match; with `^` and `$` the whole text.
    ///
    /// Constraints are checked in order. Put `.length` first: a pattern that backtracks may take long for a long text.
    /// - Parameter pattern: in the syntax of Swift's `Regex`. The document shows it, and its readers expect ECMA-262, so use what
    ///   both have.
    public static func pattern(_ pattern: String) -> Constraint {
        let violation = Violation(
            "string_pattern_mismatch", "String should match pattern '\(pattern)'",
            context: [.init("pattern", .string(pattern))])
        let keywords = [JSON.Member("pattern", .string(pattern))]
        do {
            let compiled = try TextPattern(pattern)
            return Constraint(keywords) { compiled.isFound(in: $0) ? nil : violation }
        } catch {
            let mistake = "the pattern \(pattern) is not valid: \(error)"
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

/// A regular expression with the meaning of JSON Schema's `pattern`: it may match anywhere in the text, it matches code points,
/// and classes such as `\d` are ASCII.
final class TextPattern: Sendable {
    /// `Regex` is not `Sendable`.
    private let regex: Mutex<Regex<AnyRegexOutput>>

    /// - Throws: if the pattern is not valid.
    init(_ text: String) throws {
        let regex = try Regex(text).matchingSemantics(.unicodeScalar).asciiOnlyDigits().asciiOnlyWordCharacters()
        self.regex = Mutex(regex)
    }

    /// Whether some part of the text matches.
    func isFound(in text: String) -> Bool {
        regex.withLock { (try? $0.firstMatch(in: text)) != nil }
    }
}
