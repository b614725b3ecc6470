/// A regular expression as JSON Schema has it (ECMA-262 with the flag `u`), found anywhere in a text.
///
/// Its time grows with the text's length and no faster, whatever a client sends: it follows all ways at once and never
/// goes back. So there are no assertions that look ahead or behind, and no references to groups.
struct Pattern: Sendable {
    /// One step of the program.
    enum Instruction: Sendable {
        /// One code point of the set, then the next instruction.
        case scalar(ScalarSet)
        /// Nothing is read.
        case assertion(Assertion)
        case jump(Int)
        /// Both ways.
        case split(Int, Int)
        case match
    }

    /// What must hold between two code points.
    enum Assertion: Sendable {
        case start
        case end
        case wordBoundary(isNegated: Bool)
    }

    private let program: [Instruction]

    /// - Throws: what is wrong with the text, or is not supported.
    init(_ text: String) throws(PatternError) {
        var parser = PatternParser(text)
        program = try PatternCompiler.program(for: try parser.parse())
    }

    /// Whether it matches some part of the text.
    func isFound(in text: String) -> Bool {
        var search = PatternSearch(program)
        var before: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            if search.start(between: before, and: scalar) { return true }
            search.read(scalar)
            before = scalar
        }
        return search.start(between: before, and: nil)
    }
}

/// Why a text is no pattern.
struct PatternError: Error, Hashable {
    let reason: String

    init(_ reason: String) {
        self.reason = reason
    }
}
