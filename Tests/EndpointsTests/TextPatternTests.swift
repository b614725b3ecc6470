import Testing

@testable import Endpoints

@Suite struct TextPatternTests {
    @Test(arguments: [
        ("", "", true), ("", "x", true), ("a", "bab", true), ("a", "b", false), ("^a$", "a", true),
        ("^a$", "ab", false), ("^a$", "a\n", false), ("^(ab|cd)+$", "abcdab", true), ("^(ab|cd)+$", "abc", false),
        ("^a{2,3}$", "aa", true), ("^a{2,3}$", "aaaa", false), ("^a{2}$", "aaa", false), ("^a{2,}$", "aaaaa", true),
        ("^a??b+?$", "bb", true), ("^[a-cx-z-]+$", "abz-", true), ("^[^a-c]+$", "xyzé🍗", true),
        ("^[^a-c]$", "b", false), (#"^\d{3}-\d{4}$"#, "555-1234", true), (#"^\d$"#, "٣", false),
        (#"^\w+\s$"#, "a_1 ", true), (#"^\w$"#, "é", false), (#"^[\d\-]+$"#, "1-2", true), (#"^[^\D5]$"#, "4", true),
        (#"^[^\D5]$"#, "5", false), (#"\bcat\b"#, "a cat.", true), (#"\bcat\b"#, "concat", false),
        (#"\Bcat"#, "concat", true), (#"^.$"#, "\n", false), (#"^.$"#, "🍗", true), (#"^\u{1F357}$"#, "🍗", true),
        (#"^\x41\u0042\.\/$"#, "AB./", true), ("^(?:a|b)(?<name>c)$", "bc", true), ("(a*)*b", "aaaa", false),
        ("^(|a)+$", "aaa", true), ("|a", "", true), ("^é$", "e\u{301}", false), ("a$|^b", "bx", true),
    ])
    func patternIsSearchedInTheText(pattern: String, text: String, isFound: Bool) throws {
        #expect(try TextPattern(pattern).isFound(in: text) == isFound)
    }

    @Test(arguments: ["(", ")", "a(b", "[a", "*", "a**", "a{2,1}", "^*", "[z-a]", #"\"#, #"\q"#])
    func invalidPatternIsRejected(text: String) {
        #expect(throws: (any Error).self) { try TextPattern(text) }
    }
}
