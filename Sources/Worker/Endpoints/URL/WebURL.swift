/// An absolute http or https URL, in the form that the WHATWG URL Standard gives it.
///
/// What a person would have meant is accepted (`HTTP:\\Example.com`), and one spelling is kept: scheme and host in lower
/// case, an international name in Punycode, no default port, no dot segments, and everything percent-encoded that has to
/// be. Parsing the result again gives the same text. The time taken is linear in the length of the text.
public struct WebURL: Sendable, Hashable {
    /// The URL, normalised. It is ASCII.
    public let text: String

    /// Parses a text of any length.
    /// - Throws: `WebURLError`, also for a URL that is sound but of another scheme.
    public init(parsing text: String) throws(WebURLError) {
        guard !text.isEmpty else { throw WebURLError(.emptyInput) }
        var parser = WebURLParser(text)
        try parser.parse()
        self.text = String(decoding: parser.output, as: UTF8.self)
    }
}

extension WebURL: CustomStringConvertible {
    /// The same as `text`.
    public var description: String { text }
}
