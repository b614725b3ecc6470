import Endpoints
import Testing

/// Hosts that are domain names.
@Suite struct WebURLDomainTests {
    @Test(arguments: [
        ("http://EXAMPLE.Com", "http://example.com/"),
        ("http://localhost", "http://localhost/"),
        ("http://a.", "http://a./"),
        ("http://a..b", "http://a..b/"),
        ("http://-a", "http://-a/"),
        ("http://a-", "http://a-/"),
        ("http://ab--c", "http://ab--c/"),
        ("http://a_b", "http://a_b/"),
        ("http://a~b!$&()*+,;=c", "http://a~b!$&()*+,;=c/"),
        ("http://a\"b'c`d{e}", "http://a\"b'c`d{e}/"),
        (
            "http://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "http://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/"
        ),
        ("http://ex%61mple%2Ecom", "http://example.com/"),
        ("http://%4A", "http://j/"),
    ])
    func asciiNameIsLowercased(input: String, text: String) throws {
        #expect(try WebURL(parsing: input).text == text)
    }

    @Test(arguments: [
        ("https://münchen.example/straße", "https://xn--mnchen-3ya.example/stra%C3%9Fe"),
        ("http://faß.de", "http://xn--fa-hia.de/"),
        ("http://ẞ.de", "http://xn--zca.de/"),
        ("http://Σς.gr", "http://xn--3xab.gr/"),
        ("http://MÜNCHEN.DE", "http://xn--mnchen-3ya.de/"),
        ("http://bu\u{308}cher", "http://xn--bcher-kva/"),
        ("http://食。jp", "http://xn--r35a.jp/"),
        ("http://a｡b．c", "http://a.b.c/"),
        ("http://🍕.example", "http://xn--vi8h.example/"),
        ("http://☃.net", "http://xn--n3h.net/"),
        ("http://ＡＢＣ", "http://abc/"),
        ("http://ﬁ", "http://fi/"),
        ("http://½", "http://xn--12-c6t/"),
        ("http://①", "http://0.0.0.1/"),
        ("http://Ⅷ", "http://viii/"),
        ("http://İ.com", "http://xn--i-9bb.com/"),
        ("http://a\u{AD}b", "http://ab/"),
        ("http://%C3%BC", "http://xn--tda/"),
        ("http://≠", "http://xn--1ch/"),
        ("http://\u{2EBF0}", "http://xn--8g0n/"),
        (
            "http://üaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "http://xn--aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-kug/"
        ),
        ("http://\u{5D0}\u{5D1}.com", "http://xn--4dbc.com/"),
        ("http://क\u{94D}\u{200D}ष", "http://xn--11b2ezcw70k/"),
        ("http://\u{646}\u{627}\u{645}\u{647}\u{200C}\u{627}\u{6CC}", "http://xn--mgba3gch31f060k/"),
    ])
    func internationalNameBecomesPunycode(input: String, text: String) throws {
        #expect(try WebURL(parsing: input).text == text)
    }

    @Test(arguments: [
        ("http://xn--mnchen-3ya.example", "http://xn--mnchen-3ya.example/"),
        ("http://XN--MNCHEN-3YA", "http://xn--mnchen-3ya/"),
        ("http://Xn--Zca", "http://xn--zca/"),
        ("http://xn--ls8h", "http://xn--ls8h/"),
        ("http://a.xn--4db", "http://a.xn--4db/"),
        ("http://x%6e--zca", "http://xn--zca/"),
    ])
    func validPunycodeIsKept(input: String, text: String) throws {
        #expect(try WebURL(parsing: input).text == text)
    }

    @Test(
        arguments: [
            ("http://xn--", .invalidDomainName),
            ("http://xn--a", .invalidDomainName),
            ("http://xn--a-", .invalidDomainName),
            ("http://xn--a-a", .invalidDomainName),
            ("http://a.xn--a.b", .invalidDomainName),
            ("http://xn--a-ü", .invalidDomainName),
            ("http://xn--A-ecp", .invalidDomainName),
            ("http://xn--d4f", .invalidDomainName),
            ("http://xn--wca", .invalidDomainName),
        ] as [(String, WebURLError.Code)])
    func invalidPunycodeIsRejected(input: String, code: WebURLError.Code) {
        #expect(throws: WebURLError(code)) { try WebURL(parsing: input) }
    }

    @Test(
        arguments: [
            ("http://\u{301}e", .invalidDomainName),
            ("http://\u{200D}", .invalidDomainName),
            ("http://a\u{200D}b", .invalidDomainName),
            ("http://͸", .invalidDomainName),
            ("http://\u{FFFD}", .invalidDomainName),
            ("http://\u{2028}", .invalidDomainName),
            ("http://\u{663}", .invalidDomainName),
            ("http://1.\u{5D0}\u{5D1}", .invalidDomainName),
            ("http://\u{5D0}a", .invalidDomainName),
            ("http://\u{5D0}1a", .invalidDomainName),
            ("http://\u{62F}1\u{661}", .invalidDomainName),
            ("http://⒈com", .invalidDomainName),
            (
                "http://üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü",
                .invalidDomainName
            ),
        ] as [(String, WebURLError.Code)])
    func nameThatBreaksARuleOfUTS46IsRefused(input: String, code: WebURLError.Code) {
        #expect(throws: WebURLError(code)) { try WebURL(parsing: input) }
    }

    @Test(
        arguments: [
            ("http://Ᲊ", .invalidDomainName),
            ("http://a\u{897}", .invalidDomainName),
            ("http://Ⴀ", .invalidDomainName),
            ("http://Ӏ", .invalidDomainName),
            ("http://a\u{2061}b", .invalidDomainName),
            ("http://ㅤ", .invalidDomainName),
        ] as [(String, WebURLError.Code)])
    func characterOfANewerUnicodeIsRejected(input: String, code: WebURLError.Code) {
        #expect(throws: WebURLError(code)) { try WebURL(parsing: input) }
    }

    @Test(
        arguments: [
            ("http://a b", .invalidDomainName),
            ("http://a%20b", .invalidDomainName),
            ("http://a|b", .invalidDomainName),
            ("http://a^b", .invalidDomainName),
            ("http://a<b", .invalidDomainName),
            ("http://a>b", .invalidDomainName),
            ("http://a]", .invalidDomainName),
            ("http://a[", .invalidDomainName),
            ("http://a%", .invalidDomainName),
            ("http://a%zz", .invalidDomainName),
            ("http://a%2fb", .invalidDomainName),
            ("http://a%3ab", .invalidDomainName),
            ("http://a%40b", .invalidDomainName),
            ("http://a%5b", .invalidDomainName),
            ("http://a%00", .invalidDomainName),
            ("http://a\u{1}b", .invalidDomainName),
            ("http://a\u{7F}", .invalidDomainName),
            ("http://℀", .invalidDomainName),
            ("http://㏂\u{2048}", .invalidDomainName),
            ("http://a／b", .invalidDomainName),
            ("http://a＜b", .invalidDomainName),
            ("http://％41", .invalidDomainName),
            ("http://a\u{A0}b", .invalidDomainName),
            ("http://%AD", .invalidDomainName),
            ("http://%c3", .invalidDomainName),
            ("http://%ff", .invalidDomainName),
        ] as [(String, WebURLError.Code)])
    func forbiddenCharacterIsRejected(input: String, code: WebURLError.Code) {
        #expect(throws: WebURLError(code)) { try WebURL(parsing: input) }
    }
}
