import Endpoints
import Testing

/// User, password and port.
@Suite struct WebURLAuthorityTests {
    @Test(arguments: [
        ("http://u@a", "http://u@a/"),
        ("http://u:p@a", "http://u:p@a/"),
        ("http://u:@a", "http://u@a/"),
        ("http://@a", "http://a/"),
        ("http://:@a", "http://a/"),
        ("http://:p@a", "http://:p@a/"),
        ("http://u@b@a", "http://u%40b@a/"),
        ("http://u:b:c@a", "http://u:b%3Ac@a/"),
        ("http://a;=,$&@b", "http://a%3B%3D,$&@b/"),
        ("http://\"<>`{}|^[]'@b", "http://%22%3C%3E%60%7B%7D%7C%5E%5B%5D'@b/"),
        ("http://ü:ß@a", "http://%C3%BC:%C3%9F@a/"),
        ("http://%41:%zz@a", "http://%41:%zz@a/"),
        ("http://a b:\u{1}@c", "http://a%20b:%01@c/"),
    ])
    func userAndPasswordAreKeptAndEncoded(input: String, text: String) throws {
        #expect(try WebURL(parsing: input).text == text)
    }

    @Test(arguments: [
        ("http://a/@b", "http://a/@b"),
        ("http://a\\@b", "http://a/@b"),
        ("http://a?@b", "http://a/?@b"),
        ("http://a#@b", "http://a/#@b"),
        ("https://example.com/@user", "https://example.com/@user"),
    ])
    func atSignAfterTheAuthorityIsNotAUser(input: String, text: String) throws {
        #expect(try WebURL(parsing: input).text == text)
    }

    @Test(arguments: [
        ("http://a:80", "http://a/"),
        ("http://a:443", "http://a:443/"),
        ("https://a:443", "https://a/"),
        ("https://a:80", "https://a:80/"),
        ("http://a:", "http://a/"),
        ("http://a:/x", "http://a/x"),
        ("http://a:0", "http://a:0/"),
        ("http://a:8080", "http://a:8080/"),
        ("http://a:65535", "http://a:65535/"),
        ("http://a:00000000080", "http://a/"),
        ("http://a:081", "http://a:81/"),
        ("http://a:8\\x", "http://a:8/x"),
        ("http://[::1]:80", "http://[::1]/"),
        ("http://[::1]:81", "http://[::1]:81/"),
    ])
    func portIsKeptUnlessItIsTheDefault(input: String, text: String) throws {
        #expect(try WebURL(parsing: input).text == text)
    }

    @Test(
        arguments: [
            ("http://a:65536", .invalidPort),
            ("http://a:99999999999999999999", .invalidPort),
            ("http://a:x", .invalidPort),
            ("http://a:8a", .invalidPort),
            ("http://a: 80", .invalidPort),
            ("http://a:-1", .invalidPort),
            ("http://a:+80", .invalidPort),
            ("http://a:８０", .invalidPort),
            ("http://a:80:80", .invalidPort),
            ("http://a:%38", .invalidPort),
            ("http://[::1]:x", .invalidPort),
        ] as [(String, WebURLError.Code)])
    func portIsANumberBelow65536(input: String, code: WebURLError.Code) {
        #expect(throws: WebURLError(code)) { try WebURL(parsing: input) }
    }

    @Test(
        arguments: [
            ("http:", .emptyHost),
            ("http:/", .emptyHost),
            ("http://", .emptyHost),
            ("http:///", .emptyHost),
            ("http:?a", .emptyHost),
            ("http:#a", .emptyHost),
            ("http://:80", .emptyHost),
            ("http://u@", .emptyHost),
            ("http://u@:80", .emptyHost),
            ("http://@", .emptyHost),
            ("http://@/x", .emptyHost),
            ("http://u:p@?", .emptyHost),
            ("http://::1", .emptyHost),
            ("http:///:80", .emptyHost),
            ("http://\u{AD}", .emptyHost),
            ("http://%c2%ad", .emptyHost),
        ] as [(String, WebURLError.Code)])
    func hostIsNeverEmpty(input: String, code: WebURLError.Code) {
        #expect(throws: WebURLError(code)) { try WebURL(parsing: input) }
    }
}
