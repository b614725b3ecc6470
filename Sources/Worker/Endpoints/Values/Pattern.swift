import Synchronization

/// A regular expression that is looked for anywhere in a text, as JSON Schema means it: code point by code point, and with
/// classes such as `\d` of ASCII.
final class Pattern: Sendable {
    /// A regex may not be shared between threads.
    private let regex: Mutex<Regex<AnyRegexOutput>>

    /// - Throws: what is wrong with the text.
    init(_ text: String) throws {
        let regex = try Regex(text).matchingSemantics(.unicodeScalar).asciiOnlyDigits().asciiOnlyWordCharacters()
        self.regex = Mutex(regex)
    }

    /// Whether it matches some part of the text.
    func isFound(in text: String) -> Bool {
        regex.withLock { (try? $0.firstMatch(in: text)) != nil }
    }
}
