import Testing

@testable import Recipes

@Suite struct KeywordMatcherTests {
    /// The right-hand sides are what Python's str.lower() says.
    @Test(arguments: [
        ("Chicken", "chicken"), ("ÀÉÎ", "àéî"), ("İstanbul", "i\u{307}stanbul"), ("ẞ", "ß"), ("ß", "ß"),
        ("ΣΑΣ", "σας"), ("ΑΣ ΒΣ", "ας βς"), ("Σ", "σ"), ("ΑΣ.", "ας."), ("Α'Σ'Β", "α'σ'β"), ("Α.Σ", "α.ς"),
        ("ΔΣa", "δσa"), ("\u{212A}", "k"), ("Ǆ", "ǆ"), ("ﬀ", "ﬀ"), ("Ω", "ω"), ("ЖЁ", "жё"), ("𐐀", "𐐨"), ("Ⅷ", "ⅷ"),
    ])
    func lowercasingEqualsPythons(text: String, lowered: String) {
        #expect(Array(text.pythonLowercased().unicodeScalars) == Array(lowered.unicodeScalars))
    }

    @Test(arguments: [
        ("chicken", "Chicken Vesuvio", true), ("CHICKEN", "roast chicken", true), ("chickens", "Chicken", false),
        ("100%", "100% rye", true), ("1%0", "1000", false), ("a_b", "A_B", true), ("a_b", "axb", false),
        ("crème", "CRÈME BRÛLÉE", true), ("creme", "Crème", false), ("STRASSE", "Straße", false),
        ("aab", "aaab", true), ("abcabd", "abcabcabd", true), ("abab", "abaab", false), ("\0b", "a\0b", true),
        ("", "x", true), ("x", "", false), ("λόγος", "ΛΌΓΟΣ", true),
    ])
    func labelsMatchIgnoringCase(keyword: String, label: String, matches: Bool) {
        let found = Array(label.utf8).withUnsafeBufferPointer { KeywordMatcher(keyword: keyword).matches($0) }
        #expect(found == matches)
    }

    @Test func searchesReturnTheFirstMatchesByID() async throws {
        let directory = TemporaryDirectory()
        let database = try directory.seededDatabase()
        #expect(try await database.recipes(labelled: "CHICKEN", limit: 10).map(\.id) == [1, 2])
        #expect(try await database.recipes(labelled: "chicken", limit: 1).map(\.id) == [1])
        #expect(try await database.recipes(labelled: "tofu", limit: 1).map(\.id) == [3])
        #expect(try await database.recipes(labelled: "chicken", limit: 0).isEmpty)
        #expect(try await database.recipes(labelled: nil, limit: nil).map(\.id) == [1, 2, 3])
        #expect(try await database.recipes(labelled: nil, limit: 2).map(\.id) == [1, 2])
    }
}
