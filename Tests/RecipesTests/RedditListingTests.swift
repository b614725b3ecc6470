import Brigade
import Testing

@testable import Recipes

@Suite struct RedditListingTests {
    /// The right-hand sides are what Python's str() says.
    @Test(arguments: [
        ("null", "None"), ("true", "True"), ("false", "False"), ("-3", "-3"), ("-0", "0"), ("1.0", "1.0"),
        ("1.5", "1.5"), ("1e22", "1e+22"), ("1e16", "1e+16"), ("9999999999999998.0", "9999999999999998.0"),
        ("1e5", "100000.0"), ("1e-5", "1e-05"), ("0.0001", "0.0001"), ("-0.0", "-0.0"), ("1e400", "inf"),
        ("12345678901234567890123", "12345678901234567890123"), (#""it's""#, "it's"), (#""""#, ""), ("[]", "[]"),
        ("{}", "{}"), (#"["list", 1, null]"#, "['list', 1, None]"), (#"{"k": "v"}"#, "{'k': 'v'}"),
        (#"["it's"]"#, #"["it's"]"#), (#"["say \"hi\""]"#, #"['say "hi"']"#), (#"["\"it's\""]"#, #"['"it\'s"']"#),
        (#"{"a": {"b": [1.0, true]}, "c": 2}"#, "{'a': {'b': [1.0, True]}, 'c': 2}"),
        (
            #"["a\n\t\r\\b\u0000\u007f\u00a0\u00ad\u200b\u2028\ue000🍮\udb40\udc01é"]"#,
            #"['a\n\t\r\\b\x00\x7f\xa0\xad\u200b\u2028\ue000🍮\U000e0001é']"#
        ),
        (#"{"a": 1, "b": 2, "a": 3}"#, "{'a': 3, 'b': 2}"),
    ])
    func aValueIsPrintedAsInPython(json: String, text: String) throws {
        #expect(try JSON(parsing: Array(json.utf8)).pythonText == text)
    }

    private func listing(_ posts: String) throws -> [String] {
        try RedditListing(Array(#"{"kind": "RedditListing", "data": {"children": \#(posts)}}"#.utf8)).lines
    }

    @Test func everyPostBecomesALine() throws {
        let posts = """
            [{"data": {"url": "https://e.com/", "score": 7, "title": "Crème 🍮", "more": []}},
             {"data": {"url": null, "score": 1.0, "title": ["x"]}}]
            """
        #expect(try listing(posts) == ["7: Crème 🍮 (https://e.com/)", "1.0: ['x'] (None)"])
        #expect(try listing("[]") == [])
        #expect(try listing("{}") == [])
        #expect(try listing("\"\"") == [])
    }

    @Test func aByteOrderMarkIsIgnored() throws {
        #expect(try RedditListing([0xEF, 0xBB, 0xBF] + Array(#"{"data":{"children":[]}}"#.utf8)).lines == [])
    }

    @Test(arguments: [
        "null", "7", "\"text\"", "{\"data\": {}}", "[7]", "[{}]", "[{\"data\": null}]", "[{\"data\": []}]",
        "[{\"data\": {\"score\": 1, \"title\": \"t\"}}]", "[{\"data\": {\"score\": 1, \"url\": \"u\"}}]",
        "[{\"data\": {\"title\": \"t\", \"url\": \"u\"}}]",
    ])
    func aListingWithMissingPartsIsMalformed(posts: String) {
        #expect(throws: RedditListing.Malformed.self) { try listing(posts) }
    }

    @Test(arguments: ["", "{\"kind\"", "<html>", "[]", "null", "7", "{}", "{\"data\": []}"])
    func aBodyWithoutPostsIsMalformed(body: String) {
        #expect(throws: RedditListing.Malformed.self) { try RedditListing(Array(body.utf8)) }
    }

    @Test func aBodyInLatin1IsMalformed() {
        let body =
            Array(#"{"data":{"children":[{"data":{"score":1,"title":"caf"#.utf8) + [0xE9]
            + Array(#"","url":"u"}}]}}"#.utf8)
        #expect(throws: RedditListing.Malformed.self) { try RedditListing(body) }
    }

    @Test func subredditsKeepTheirOrder() {
        var writer = JSONWriter()
        Ideas(lists: [("b", ["1: x (y)"]), ("a", [])]).write(to: &writer)
        #expect(String(decoding: writer.bytes, as: UTF8.self) == #"{"b":["1: x (y)"],"a":[]}"#)
    }
}
