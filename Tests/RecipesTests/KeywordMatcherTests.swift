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
        #expect(Array(text.pythonLowercased().utf8) == Array(lowered.utf8))
    }

    @Test func everyCharacterHasUnicodesLowerCase() {
        var wrong: [Unicode.Scalar] = []
        for scalar in Unicode.Scalar.all where scalar != "Σ" {
            let lowercase = Array(scalar.properties.lowercaseMapping.utf8)
            if Array(String(scalar).pythonLowercased().utf8) != lowercase { wrong.append(scalar) }
        }
        #expect(wrong == [])
    }

    /// An invalid character is U+FFFD. It takes all continuation bytes with it, as in SQLite.
    @Test(arguments: [
        ([0x61, 0xFF, 0x62], "a\u{FFFD}b"), ([0x61, 0xC3], "a\u{FFFD}"), ([0x80, 0x80], "\u{FFFD}\u{FFFD}"),
        ([0xC3, 0x89, 0x89, 0x62], "\u{FFFD}b"), ([0xC1, 0x81], "\u{FFFD}"), ([0xE0, 0x80, 0xAF], "\u{FFFD}"),
        ([0xED, 0xA0, 0x80], "\u{FFFD}"), ([0xF4, 0x90, 0x80, 0x80], "\u{FFFD}"), ([0xE2, 0x82, 0x41], "\u{FFFD}a"),
        ([0xF8, 0x88, 0x80, 0x80, 0x80], "\u{FFFD}"), ([0xC3, 0x89], "é"), ([0x41, 0x80, 0x42], "a\u{FFFD}b"),
        ([0xCE, 0x91, 0xCE, 0xA3, 0x80], "α\u{FFFD}"), ([0xCE, 0x91, 0xCE, 0xA3, 0xFF], "ας\u{FFFD}"),
    ])
    func invalidCharactersAreReplaced(bytes: [UInt8], lowercase: String) {
        var found: [UInt8] = []
        _ = bytes.withUnsafeBufferPointer { bytes in
            LowercaseText.forEachByte(of: bytes) {
                found.append($0)
                return true
            }
        }
        #expect(found == Array(lowercase.utf8))
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

extension Unicode.Scalar {
    static var all: some Sequence<Unicode.Scalar> { (0...UInt32(0x10FFFF)).lazy.compactMap(Unicode.Scalar.init) }
}
