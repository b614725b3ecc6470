import Brigade

/// Validation errors in words for people, by field and error type. Other errors show the API's own message.
enum ValidationMessages {
    private static let messages: [String: [String: String]] = [
        "keyword": ["string_too_short": "Type at least {min_length} letters."],
        "label": ["missing": "Give the recipe a name."],
        "source": ["missing": "Say who it is from."],
        "url": [
            "missing": "Paste the address of its page.",
            "url_parsing": "Write it like https://example.com/soup",
            "url_scheme": "Start it with http:// or https://",
            "url_too_long": "Use at most {max_length} characters.",
        ],
    ]

    static func text(_ issue: Issue) -> String {
        guard case .name(let field)? = issue.location.last, let message = messages[field]?[issue.type] else {
            return issue.message
        }
        let values = issue.context.map { ($0.name, String(decoding: $0.value.bytes, as: UTF8.self)) }
        return interpolate(message, Dictionary(values) { $1 })
    }

    /// A field's messages, for the template to put into data attributes: the page's script shows the same ones.
    static func attributes(of field: String) -> [[String: String]] {
        (messages[field] ?? [:]).map { ["type": $0.key, "text": $0.value] }
    }

    /// Replaces each `{name}` in the text by the value of that name.
    static func interpolate(_ text: String, _ values: [String: String]) -> String {
        text.replacing(/\{(\w+)\}/) { values[String($0.1)] ?? "" }
    }
}
