/// Trigrams of a keyword: each label that contains the keyword, ignoring case, has all of them in the search index.
///
/// The index holds three characters of a label that stand side by side, in lower case as far as they are ASCII. A trigram of
/// the keyword therefore stands for several: each character for all those whose lower case it is. Where the characters of a
/// label cannot be told from those of its lower case, there is no trigram.
struct SearchTrigrams {
    struct Trigram {
        /// Counts the characters of the keyword, in lower case.
        let position: Int
        private let characters: (Unicode.Scalar, Unicode.Scalar, Unicode.Scalar)
        /// An `İ` may be its end: the lower case of that is an `i` and a combining dot.
        private let mayEndWithDottedI: Bool

        fileprivate init(at position: Int, in characters: [Unicode.Scalar]) {
            self.position = position
            let end = position + 2
            self.characters = (characters[position], characters[position + 1], characters[end])
            mayEndWithDottedI =
                characters[end] == "i" && (end + 1 == characters.count || characters[end + 1] == combiningDot)
        }

        /// Different for different trigrams, whatever their position.
        var key: UInt64 {
            let flag: UInt64 = mayEndWithDottedI ? 1 : 0
            return flag << 63 | UInt64(characters.0.value) << 42 | UInt64(characters.1.value) << 21
                | UInt64(characters.2.value)
        }

        /// In the language of FTS5: a string for each spelling.
        var expression: String {
            var strings: [String] = []
            for first in SearchTrigrams.cases(of: characters.0) {
                for second in SearchTrigrams.cases(of: characters.1) {
                    for third in SearchTrigrams.cases(of: characters.2) + (mayEndWithDottedI ? ["\u{130}"] : []) {
                        strings.append("\"\(Self.quoted(first))\(Self.quoted(second))\(Self.quoted(third))\"")
                    }
                }
            }
            return strings.joined(separator: " OR ")
        }

        private static func quoted(_ character: Unicode.Scalar) -> String {
            character == "\"" ? "\"\"" : String(character)
        }
    }

    /// In the order of their positions. Empty if the index cannot answer.
    let all: [Trigram]

    /// Of a long keyword, so many trigrams are taken, from all its parts.
    private static let maxCount = 12

    /// - Parameter keyword: in lower case, as UTF-8.
    init(keyword: [UInt8]) {
        let characters = Array(String(decoding: keyword, as: UTF8.self).unicodeScalars)
        var positions: [Int] = []
        var indexed = 0
        for index in characters.indices {
            indexed = Self.isIndexed(index, of: characters) ? indexed + 1 : 0
            if indexed >= 3 { positions.append(index - 2) }
        }
        let count = min(positions.count, Self.maxCount)
        all = (0..<count).map { index in
            let chosen = count == 1 ? 0 : index * (positions.count - 1) / (count - 1)
            return Trigram(at: positions[chosen], in: characters)
        }
    }

    /// Whether a character of the keyword is one character of a label.
    private static func isIndexed(_ index: Int, of characters: [Unicode.Scalar]) -> Bool {
        switch characters[index] {
        // Labels with a NUL are not in the index. An invalid character of a label is not U+FFFD there.
        case "\0", "\u{FFFD}": false
        // It may be the second half of an `İ`.
        case combiningDot: index > 0 && characters[index - 1] != "i"
        default: true
        }
    }

    /// Whose lower case has another upper case.
    private static let otherCases: [Unicode.Scalar: Unicode.Scalar] = [
        "k": "\u{212A}", "å": "\u{212B}", "ω": "\u{2126}", "θ": "\u{3F4}", "ß": "\u{1E9E}", "ς": "Σ",
    ]

    /// The characters whose lower case is this one, which is in lower case itself; of ASCII letters only the lower case.
    /// `İ` is left out.
    static func cases(of character: Unicode.Scalar) -> [Unicode.Scalar] {
        var cases = [character]
        if !character.isASCII {
            let properties = character.properties
            for mapping in [properties.uppercaseMapping, properties.titlecaseMapping] {
                let scalars = mapping.unicodeScalars
                guard let other = scalars.first, scalars.count == 1, !cases.contains(other),
                    other.properties.lowercaseMapping.unicodeScalars.elementsEqual([character])
                else { continue }
                cases.append(other)
            }
        }
        if let other = otherCases[character], !cases.contains(other) { cases.append(other) }
        return cases
    }
}

private let combiningDot: Unicode.Scalar = "\u{307}"
