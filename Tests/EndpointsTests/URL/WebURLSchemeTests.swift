import Endpoints
import Testing

/// Scheme, slashes, and surrounding white space.
@Suite struct WebURLSchemeTests {
    @Test(arguments: [
        ("http://a", "http://a/"),
        ("HTTP://a", "http://a/"),
        ("hTtPs://a", "https://a/"),
        ("http:a", "http://a/"),
        ("http:/a", "http://a/"),
        ("http:////a", "http://a/"),
        ("http:\\\\a", "http://a/"),
        ("http:\\/a", "http://a/"),
        ("ht\ttp:/\n/a", "http://a/"),
    ])
    func schemeAndSlashesAreNormalised(input: String, text: String) throws {
        #expect(try WebURL(parsing: input).text == text)
    }

    @Test(arguments: [
        (" http://a ", "http://a/"),
        ("\u{1F}http://a/b\u{1}\u{1F}", "http://a/b"),
        ("\r\nhttp://a\t", "http://a/"),
        ("http://a/b c ", "http://a/b%20c"),
        ("http://a/\u{A0}", "http://a/%C2%A0"),
    ])
    func whiteSpaceAndControlsAroundAreDropped(input: String, text: String) throws {
        #expect(try WebURL(parsing: input).text == text)
    }

    @Test(arguments: [
        ("ht\ntp://a", "http://a/"),
        ("http://a\tb/c\rd?e\nf#g\th", "http://ab/cd?ef#gh"),
        ("http://a:8\n0", "http://a/"),
        ("http://a/.\n./b", "http://a/b"),
        ("http://a/%\t2e/b", "http://a/b"),
    ])
    func tabsAndNewlinesAreDroppedEverywhere(input: String, text: String) throws {
        #expect(try WebURL(parsing: input).text == text)
    }

    @Test(
        arguments: [
            ("", .emptyInput),
            ("  ", .relativeWithoutBase),
            ("a", .relativeWithoutBase),
            ("//a", .relativeWithoutBase),
            ("/x", .relativeWithoutBase),
            ("?x", .relativeWithoutBase),
            ("#x", .relativeWithoutBase),
            ("http", .relativeWithoutBase),
            ("1http://a", .relativeWithoutBase),
            ("ht tp://a", .relativeWithoutBase),
            ("+a://b", .relativeWithoutBase),
            ("\u{A0}http://a", .relativeWithoutBase),
            ("\u{FEFF}http://a", .relativeWithoutBase),
            ("h%74tp://a", .relativeWithoutBase),
            ("ｈttp://a", .relativeWithoutBase),
            (":", .relativeWithoutBase),
            ("://a", .relativeWithoutBase),
        ] as [(String, WebURLError.Code)])
    func textWithoutSchemeIsRelative(input: String, code: WebURLError.Code) {
        #expect(throws: WebURLError(code)) { try WebURL(parsing: input) }
    }

    @Test(
        arguments: [
            ("ftp://a/x", .otherScheme),
            ("ws:a", .otherScheme),
            ("wss://a:1", .otherScheme),
            ("file:///etc/passwd", .otherScheme),
            ("file:", .otherScheme),
            ("file://localhost/x", .otherScheme),
            ("file://c|/x", .otherScheme),
            ("file:///a b", .otherScheme),
            ("javascript:alert(1)", .otherScheme),
            ("mailto:a@b.c", .otherScheme),
            ("data:,x", .otherScheme),
            ("foo:", .otherScheme),
            ("foo:/", .otherScheme),
            ("foo://", .otherScheme),
            ("foo:///", .otherScheme),
            ("foo://a:80/", .otherScheme),
            ("foo://A%ZZ", .otherScheme),
            ("foo://aé", .otherScheme),
            ("foo://[::1]", .otherScheme),
            ("http+x://a", .otherScheme),
            ("foo://@", .otherScheme),
        ] as [(String, WebURLError.Code)])
    func validURLWithAnotherSchemeIsReported(input: String, code: WebURLError.Code) {
        #expect(throws: WebURLError(code)) { try WebURL(parsing: input) }
    }

    @Test(
        arguments: [
            ("ftp:", .emptyHost),
            ("ftp://", .emptyHost),
            ("ws:///", .emptyHost),
            ("ftp://a:x", .invalidPort),
            ("ftp://1.2.3.4.5", .invalidIPv4Address),
            ("wss://xn--a", .invalidDomainName),
            ("file://a b", .invalidDomainName),
            ("file://[", .invalidIPv6Address),
            ("file://a:80", .invalidDomainName),
            ("file://%", .invalidDomainName),
            ("foo://:80", .emptyHost),
            ("foo://a@", .emptyHost),
            ("foo://@/x", .emptyHost),
            ("foo://a:99999", .invalidPort),
            ("foo://a:x", .invalidPort),
            ("foo://[::1", .invalidIPv6Address),
            ("foo://a b", .invalidDomainCharacter),
            ("foo://a<b", .invalidDomainCharacter),
            ("foo://a^b", .invalidDomainCharacter),
            ("foo://a]", .invalidDomainCharacter),
        ] as [(String, WebURLError.Code)])
    func errorsAreReportedBeforeTheScheme(input: String, code: WebURLError.Code) {
        #expect(throws: WebURLError(code)) { try WebURL(parsing: input) }
    }
}
