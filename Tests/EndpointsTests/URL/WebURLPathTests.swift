import Endpoints
import Testing

/// Path, query and fragment.
@Suite struct WebURLPathTests {
    @Test(arguments: [
        ("http://a", "http://a/"),
        ("http://a?b", "http://a/?b"),
        ("http://a#b", "http://a/#b"),
        ("http://a/", "http://a/"),
        ("http://a\\", "http://a/"),
    ])
    func pathIsNeverEmpty(input: String, text: String) throws {
        #expect(try WebURL(parsing: input).text == text)
    }

    @Test(arguments: [
        ("http://a/./b", "http://a/b"),
        ("http://a/b/../c", "http://a/c"),
        ("http://a/b/..", "http://a/"),
        ("http://a/b/.", "http://a/b/"),
        ("http://a/..", "http://a/"),
        ("http://a/../../b", "http://a/b"),
        ("http://a/b/c/../../d/./e/..", "http://a/d/"),
        ("http://a/%2e/b", "http://a/b"),
        ("http://a/b/%2E%2e/c", "http://a/c"),
        ("http://a/b/.%2e/c", "http://a/c"),
        ("http://a/b/%2e.", "http://a/"),
        ("http://a/b/..?c", "http://a/?c"),
        ("http://a/b/.#c", "http://a/b/#c"),
        ("http://a//..", "http://a/"),
        ("http://a//../..", "http://a/"),
        ("http://a/b//../c", "http://a/b/c"),
        ("http://a\\b\\..\\c", "http://a/c"),
    ])
    func dotSegmentsAreResolved(input: String, text: String) throws {
        #expect(try WebURL(parsing: input).text == text)
    }

    @Test(arguments: [
        ("http://a/...", "http://a/..."),
        ("http://a/..b", "http://a/..b"),
        ("http://a/.b/.", "http://a/.b/"),
        ("http://a/%2e%2e%2e", "http://a/%2e%2e%2e"),
        ("http://a/.. /b", "http://a/..%20/b"),
        ("http://a/..%20", "http://a/..%20"),
        ("http://a/%252e", "http://a/%252e"),
        ("http://a/..;/b", "http://a/..;/b"),
    ])
    func segmentThatOnlyStartsWithDotsIsAName(input: String, text: String) throws {
        #expect(try WebURL(parsing: input).text == text)
    }

    @Test(arguments: [
        ("http://a/c:/..", "http://a/c:/"),
        ("http://a/c|/../../b", "http://a/c|/b"),
        ("http://a/b/C:/../..", "http://a/b/C:/"),
        ("http://a/c:b/../d", "http://a/d"),
        ("http://a/cc:/../d", "http://a/d"),
        ("http://a/1:/..", "http://a/"),
    ])
    func driveLetterIsNotRemoved(input: String, text: String) throws {
        #expect(try WebURL(parsing: input).text == text)
    }

    @Test(arguments: [
        ("http://a//", "http://a//"),
        ("http://a//b///c", "http://a//b///c"),
        ("http://a/b//", "http://a/b//"),
    ])
    func emptySegmentsAreKept(input: String, text: String) throws {
        #expect(try WebURL(parsing: input).text == text)
    }

    @Test(arguments: [
        ("http://a/é/🍮", "http://a/%C3%A9/%F0%9F%8D%AE"),
        ("http://a/%zz/%/%4/%e9", "http://a/%zz/%/%4/%e9"),
        ("http://a/\"<>`{}", "http://a/%22%3C%3E%60%7B%7D"),
        ("http://a/[]|^~!$&'()*+,;=:@", "http://a/[]|^~!$&'()*+,;=:@"),
        ("http://a/\u{7F}\u{1}\u{1F}/", "http://a/%7F%01%1F/"),
        ("http://a/b c", "http://a/b%20c"),
    ])
    func pathIsEncodedWhereItMustBe(input: String, text: String) throws {
        #expect(try WebURL(parsing: input).text == text)
    }

    @Test(arguments: [
        ("http://a?", "http://a/?"),
        ("http://a?b=1&c=%20", "http://a/?b=1&c=%20"),
        ("http://a?b c", "http://a/?b%20c"),
        ("http://a?\"<>'", "http://a/?%22%3C%3E%27"),
        ("http://a?`{}|^\\[]", "http://a/?`{}|^\\[]"),
        ("http://a??b?/../c", "http://a/??b?/../c"),
        ("http://a?é%zz\u{7F}", "http://a/?%C3%A9%zz%7F"),
    ])
    func queryIsEncodedWhereItMustBe(input: String, text: String) throws {
        #expect(try WebURL(parsing: input).text == text)
    }

    @Test(arguments: [
        ("http://a#", "http://a/#"),
        ("http://a#b", "http://a/#b"),
        ("http://a?#", "http://a/?#"),
        ("http://a#b c\"<>`", "http://a/#b%20c%22%3C%3E%60"),
        ("http://a#'{}|^\\[]", "http://a/#'{}|^\\[]"),
        ("http://a##?b", "http://a/##?b"),
        ("http://a#é%zz\u{1}", "http://a/#%C3%A9%zz"),
    ])
    func fragmentIsEncodedWhereItMustBe(input: String, text: String) throws {
        #expect(try WebURL(parsing: input).text == text)
    }
}
