import Testing

@testable import Endpoints

@Suite struct PatternTests {
    @Test(arguments: [
        ("", "", true), ("", "x", true), ("a", "bab", true), ("a", "b", false), ("^a$", "a", true),
        ("^a$", "ab", false), ("^a$", "a\n", false), ("^(ab|cd)+$", "abcdab", true), ("^(ab|cd)+$", "abc", false),
        ("^a{2,3}$", "aa", true), ("^a{2,3}$", "aaaa", false), ("^a{2}$", "aaa", false), ("^a{2,}$", "aaaaa", true),
        ("^a??b+?$", "bb", true), ("^[a-cx-z-]+$", "abz-", true), ("^[^a-c]+$", "xyzé🍗", true),
        ("^[^a-c]$", "b", false), (#"^\d{3}-\d{4}$"#, "555-1234", true), (#"^\d$"#, "٣", false),
        (#"^\w+\s\W$"#, "a_1\u{3000}é", true), (#"^[\d\-]+$"#, "1-2", true), (#"^[^\D5]$"#, "4", true),
        (#"^[^\D5]$"#, "5", false), (#"\bcat\b"#, "a cat.", true), (#"\bcat\b"#, "concat", false),
        (#"\Bcat"#, "concat", true), (#"^.$"#, "\n", false), (#"^.$"#, "🍗", true), (#"^\u{1F357}$"#, "🍗", true),
        (#"^\x41\u0042\.\/$"#, "AB./", true), ("^(?:a|b)(?<name>c)$", "bc", true), ("(a*)*b", "aaaa", false),
        ("^(|a)+$", "aaa", true), ("|a", "", true), ("^[]$", "x", false), ("^[^]$", "x", true), ("a$|^b", "bx", true),
    ])
    func aTextIsSearchedForAPattern(pattern: String, text: String, isFound: Bool) throws {
        #expect(try Pattern(pattern).isFound(in: text) == isFound)
    }

    @Test(arguments: [
        "(", ")", "a(b", "[a", "*", "a**", "a{2,1}", "a{x}", "a{", "]", "}", "^*", "(?=a)", "(?<!a)", #"(a)\1"#,
        #"\p{L}"#,
        "[z-a]", #"[\d-z]"#, #"\"#, #"\q"#, #"\x4"#, #"\u{110000}"#, "a{1001}", "((a{99}){99}){99}", #"\b+"#, "(?a)",
    ])
    func whatIsNoPatternIsRefused(text: String) {
        #expect(throws: PatternError.self) { try Pattern(text) }
    }

    @Test func noTextMakesItSlow() throws {
        // What goes back would take two to the power of the length.
        let pattern = try Pattern("^(a|a)*(a|aa)*$")
        #expect(!pattern.isFound(in: String(repeating: "a", count: 5000) + "b"))
    }

    @Test func randomTextsAreReadOrRefused() {
        var random = SeededGenerator(seed: 5)
        let alphabet = Array(#"ab-^$|()[]{}*+?\dwsbux019,.:<>"#)
        for _ in 0..<5000 {
            let count = Int.random(in: 0...12, using: &random)
            let text = String((0..<count).map { _ in alphabet.randomElement(using: &random) ?? "a" })
            _ = (try? Pattern(text))?.isFound(in: .random(using: &random))
        }
    }
}
