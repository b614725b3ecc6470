import Endpoints
import TestSupport
import Testing

/// Invariants, checked with random texts from fixed seeds.
@Suite struct WebURLRandomTests {
    /// Pieces that are significant in URLs, so that random texts get past the scheme.
    private static let pieces = [
        "http://", "https:", "HTTP:\\\\", "file://", "foo://", "a", "B", "1", "0x", "09", ".", "..", "%2e", "%", "%41",
        "%c3", "/", "\\", "?", "#", ":", ":80", "@", "[", "]", "::", "[::1]", "xn--", "xn--zca", "-", "_", " ", "\t",
        "\n", "\0", "\u{7F}", "|", "^", "<", "`", "{", "ü", "ß", "é\u{301}", "\u{AD}", "\u{3002}", "\u{5D0}", "\u{661}",
        "\u{200D}", "Ａ", "🍕", "\u{FFFD}", "\u{10FFFF}",
    ]

    @Test(arguments: UInt64(0)..<8)
    func parsingANormalisedTextGivesTheSameText(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var accepted = 0
        for _ in 0..<2_000 {
            guard let url = try? WebURL(parsing: "http://" + text(of: 1...8, by: &random)) else { continue }
            accepted += 1
            #expect(try WebURL(parsing: url.text) == url)
            #expect(url.text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
        }
        #expect(accepted > 200)
    }

    @Test(arguments: UInt64(0)..<8)
    func anyTextIsParsedOrRejected(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<2_000 {
            let count = Int.random(in: 0...12, using: &random)
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            let noise = String(decoding: bytes, as: UTF8.self)
            let escapes = bytes.map { "%" + String($0, radix: 16) }.joined()
            let pieces = text(of: 0...12, by: &random)
            for text in [noise, pieces, "http://" + noise, "http://[" + noise + "]", "http://" + escapes] {
                guard let url = try? WebURL(parsing: text) else { continue }
                #expect(url.text.hasPrefix("http://") || url.text.hasPrefix("https://"))
            }
        }
    }

    @Test func longTextsAreParsed() throws {
        let long = 100_000
        let path = try WebURL(parsing: "http://a/" + String(repeating: "b/../é/", count: long)).text
        #expect(path == "http://a/" + String(repeating: "%C3%A9/", count: long))
        #expect(try WebURL(parsing: "http://" + String(repeating: "a.", count: long)).text.utf8.count == 2 * long + 8)
        #expect(throws: WebURLError(.invalidDomainName)) {
            try WebURL(parsing: "http://" + String(repeating: "é.", count: long))
        }
        #expect(throws: WebURLError(.invalidIPv6Address)) {
            try WebURL(parsing: "http://[" + String(repeating: "1:", count: long) + "]")
        }
        #expect(throws: WebURLError(.invalidIPv4Address)) {
            try WebURL(parsing: "http://" + String(repeating: "1", count: long))
        }
    }

    @Test func nulIsAControl() throws {
        #expect(try WebURL(parsing: "\0http://a/\0?\0#\0b\0").text == "http://a/%00?%00#%00b")
        #expect(throws: WebURLError(.invalidDomainName)) { try WebURL(parsing: "http://a\0b") }
        #expect(throws: WebURLError(.invalidDomainCharacter)) { try WebURL(parsing: "foo://a\0b") }
    }

    @Test func errorMessagesAreThoseOfPydantic() {
        let words = [
            WebURLError.Code.emptyInput: "input is empty",
            .relativeWithoutBase: "relative URL without a base",
            .emptyHost: "empty host",
            .invalidPort: "invalid port number",
            .invalidIPv4Address: "invalid IPv4 address",
            .invalidIPv6Address: "invalid IPv6 address",
            .invalidDomainName: "invalid international domain name",
            .invalidDomainCharacter: "invalid domain character",
            .otherScheme: "URL scheme should be 'http' or 'https'",
        ]
        for (code, message) in words { #expect(WebURLError(code).message == message) }
    }

    private func text(of counts: ClosedRange<Int>, by random: inout SeededGenerator) -> String {
        let count = Int.random(in: counts, using: &random)
        return (0..<count).map { _ in Self.pieces[Int.random(in: Self.pieces.indices, using: &random)] }.joined()
    }
}
