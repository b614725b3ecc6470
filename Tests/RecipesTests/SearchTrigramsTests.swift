import Testing

@testable import Recipes

@Suite struct SearchTrigramsTests {
    private func expressions(_ keyword: String) -> [String] {
        SearchTrigrams(keyword: Array(keyword.pythonLowercased().utf8)).all.map(\.expression)
    }

    /// No label is missed because of its letters' cases: a new version of Unicode may need more of them.
    @Test func theCasesOfACharacterAreComplete() {
        var missed: [Unicode.Scalar] = []
        for scalar in Unicode.Scalar.all where !("A"..."Z").contains(scalar) && scalar != "İ" {
            let lowercase = scalar.properties.lowercaseMapping.unicodeScalars
            if lowercase.count != 1 || !SearchTrigrams.cases(of: lowercase.first!).contains(scalar) {
                missed.append(scalar)
            }
        }
        #expect(missed == [])
        #expect(SearchTrigrams.cases(of: "ς").contains("Σ"))
    }

    @Test(
        arguments: [
            ("Soup", [#""sou""#, #""oup""#]), ("bike", [#""bik" OR "biK""#, #""ike" OR "iKe""#]),
            ("thé", [#""thé" OR "thÉ""#]), ("a\"b", [#""a""b""#]), ("chi", [#""chi" OR "chİ""#]), ("ab", []), ("", []),
            ("日本語", [#""日本語""#]), ("ab\0cde", [#""cde""#]), ("abc\u{FFFD}de", [#""abc""#]), ("ΑΣ.", []),
        ] as [(String, [String])])
    func aTrigramHasAllSpellings(keyword: String, expressions: [String]) {
        if keyword == "ΑΣ." {
            #expect(self.expressions(keyword) == [#""ας." OR "αΣ." OR "Ας." OR "ΑΣ.""#])
        } else {
            #expect(self.expressions(keyword) == expressions)
        }
    }

    /// The lower case of `İ` is two characters, and a keyword may contain either of them.
    @Test(
        arguments: [
            ("xyİab", [#""xyi" OR "xyİ""#]), ("\u{307}abc", [#""abc""#]), ("İİİ", []), ("xxi", [#""xxi" OR "xxİ""#]),
            ("ixx", [#""ixx""#]), ("e\u{307}xi", [#""e\#u{307}x""#, #""\#u{307}xi" OR "\#u{307}xİ""#]),
        ] as [(String, [String])])
    func aDottedCapitalIIsOneCharacterOfALabel(keyword: String, expressions: [String]) {
        #expect(self.expressions(keyword) == expressions)
    }

    @Test func aLongKeywordHasTrigramsFromAllItsParts() {
        let all = SearchTrigrams(keyword: Array(String(repeating: "abcdefg", count: 1000).pythonLowercased().utf8)).all
        #expect(all.count == 12)
        #expect(all.first?.position == 0)
        #expect(all.last?.position == 6997)
    }

    @Test func differentTrigramsHaveDifferentKeys() {
        let texts = ["abc", "abd", "xbc", "axc", "日本語", "ab日", "abi", "ab\u{10FFFF}", "\u{10FFFF}bc"]
        let keys = texts.compactMap { SearchTrigrams(keyword: Array($0.pythonLowercased().utf8)).all.first?.key }
        let longer = SearchTrigrams(keyword: Array("abix".pythonLowercased().utf8)).all.first?.key
        #expect(Set(keys + [longer!]).count == texts.count + 1)
    }
}

@Suite struct TrigramFrequenciesTests {
    private let trigrams = SearchTrigrams(keyword: Array("abcdefghij".pythonLowercased().utf8)).all

    /// - Parameter distances: by position.
    private func rarest(
        _ frequencies: inout TrigramFrequencies, _ distances: [Int64?], probes: inout [Int]
    ) -> [Int] {
        var probed: [Int] = []
        defer { probes = probed }
        let rarest = frequencies.rarest(of: trigrams) {
            probed.append($0.position)
            return distances[$0.position]
        }
        return rarest.map(\.position)
    }

    @Test func aRareTrigramNeedsNoOther() {
        var frequencies = TrigramFrequencies()
        var probes: [Int] = []
        #expect(rarest(&frequencies, [9, 9, nil, 9, 9, 9, 9, 9], probes: &probes) == [2])
        #expect(probes == [0, 1, 2])
        #expect(rarest(&frequencies, [], probes: &probes) == [2])
        #expect(probes == [])
    }

    @Test(
        arguments: [
            // A list that costs more than it saves is not read.
            ([1, 1, 1, 1, 500, 1, 1, 1], [4]),
            ([200, 1, 1, 1, 1, 1, 1, 200], [0, 7]),
            // Trigrams that overlap say less.
            ([300, 200, 1, 1, 200, 1, 1, 1], [0, 4]),
            ([300, 200, 1, 1, 1, 1, 1, 1], [0, 1]),
        ] as [([Int64?], [Int])])
    func commonTrigramsAreCombined(distances: [Int64?], chosen: [Int]) {
        var frequencies = TrigramFrequencies()
        var probes: [Int] = []
        #expect(rarest(&frequencies, distances, probes: &probes) == chosen)
    }

    @Test func anAnswerIsForgottenAfterManyUses() {
        var frequencies = TrigramFrequencies()
        var probes: [Int] = []
        var count = 0
        repeat {
            _ = rarest(&frequencies, [nil, 1, 1, 1, 1, 1, 1, 1], probes: &probes)
            count += 1
        } while (probes == [0]) == (count == 1) && count < 10_000
        #expect(probes == [0])
        #expect((100..<1000).contains(count))
    }
}
