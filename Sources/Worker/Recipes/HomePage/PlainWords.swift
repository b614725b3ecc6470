import Brigade

/// Issues in words for people, by the field and the issue's type. An issue that is not here says itself what is wrong.
enum PlainWords {
    private static let words: [String: [String: String]] = [
        "keyword": ["string_too_short": "Type at least {min_length} letters."],
        "label": ["missing": "Give the recipe a name."],
        "source": ["missing": "Say who it is from."],
        "url": [
            "missing": "Paste the address of its page.",
            "url_parsing": "Write it like https://example.com/soup",
            "url_scheme": "Start it with http:// or https://",
            "url_too_long": "It may have {max_length} characters at most.",
        ],
    ]

    /// What is wrong.
    static func text(_ issue: Issue) -> String {
        guard case .name(let field)? = issue.location.last, let words = words[field]?[issue.type] else {
            return issue.message
        }
        let values = issue.context.map { ($0.name, String(decoding: $0.value.bytes, as: UTF8.self)) }
        return fill(words, Dictionary(values) { $1 })
    }

    /// A field's words, for the page's script to say the same.
    static func attributes(of field: String) -> [[String: String]] {
        (words[field] ?? [:]).map { ["type": $0.key, "text": $0.value] }
    }

    /// Puts the values where their names stand in braces.
    static func fill(_ text: String, _ values: [String: String]) -> String {
        text.replacing(/\{(\w+)\}/) { values[String($0.1)] ?? "" }
    }
}

extension String {
    /// At most so many code points, and a sign where there were more.
    func beginning(_ length: Int) -> String {
        let beginning = unicodeScalars.prefix(length)
        return beginning.endIndex == endIndex ? self : String(beginning) + "…"
    }
}
