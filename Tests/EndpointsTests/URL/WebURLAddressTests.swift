import Endpoints
import Testing

/// Hosts that are IP addresses.
@Suite struct WebURLAddressTests {
    @Test(arguments: [
        ("http://127.0.0.1", "http://127.0.0.1/"),
        ("http://127.1", "http://127.0.0.1/"),
        ("http://127.0.1", "http://127.0.0.1/"),
        ("http://1", "http://0.0.0.1/"),
        ("http://0", "http://0.0.0.0/"),
        ("http://256", "http://0.0.1.0/"),
        ("http://1.256", "http://1.0.1.0/"),
        ("http://4294967295", "http://255.255.255.255/"),
        ("http://0x7f.1", "http://127.0.0.1/"),
        ("http://0X7F.0.0.1", "http://127.0.0.1/"),
        ("http://017700000001", "http://127.0.0.1/"),
        ("http://0x", "http://0.0.0.0/"),
        ("http://0x.0x", "http://0.0.0.0/"),
        ("http://00", "http://0.0.0.0/"),
        ("http://1.2.3.4.", "http://1.2.3.4/"),
        ("http://0xffffffff", "http://255.255.255.255/"),
        ("http://１２７.１", "http://127.0.0.1/"),
        ("http://%31%2e2", "http://1.0.0.2/"),
        ("http://1。2", "http://1.0.0.2/"),
    ])
    func ipv4AcceptsEveryFormOfInetAton(input: String, text: String) throws {
        #expect(try WebURL(parsing: input).text == text)
    }

    @Test(arguments: [
        ("http://1.2.a", "http://1.2.a/"),
        ("http://1e3", "http://1e3/"),
        ("http://0xg", "http://0xg/"),
        ("http://1.0xg", "http://1.0xg/"),
        ("http://a.b0", "http://a.b0/"),
        ("http://1..", "http://1../"),
        ("http://..", "http://../"),
        ("http://.", "http://./"),
        ("http://1.2.3.4.a", "http://1.2.3.4.a/"),
        ("http://4294967296.a", "http://4294967296.a/"),
    ])
    func hostIsAnAddressOnlyIfItsLastLabelIsANumber(input: String, text: String) throws {
        #expect(try WebURL(parsing: input).text == text)
    }

    @Test(
        arguments: [
            ("http://999.1.1.1", .invalidIPv4Address),
            ("http://1.2.3.256", .invalidIPv4Address),
            ("http://1.2.65536", .invalidIPv4Address),
            ("http://1.16777216", .invalidIPv4Address),
            ("http://4294967296", .invalidIPv4Address),
            ("http://0x100000000", .invalidIPv4Address),
            ("http://99999999999999999999999", .invalidIPv4Address),
            ("http://1.2.3.4.5", .invalidIPv4Address),
            ("http://1..2", .invalidIPv4Address),
            ("http://.1", .invalidIPv4Address),
            ("http://09", .invalidIPv4Address),
            ("http://08.1", .invalidIPv4Address),
            ("http://a.1", .invalidIPv4Address),
            ("http://a.0x", .invalidIPv4Address),
            ("http://a.09.", .invalidIPv4Address),
            ("http://1.a.2", .invalidIPv4Address),
            ("http://1.2.3.08", .invalidIPv4Address),
            ("http://-1.1", .invalidIPv4Address),
        ] as [(String, WebURLError.Code)])
    func invalidIPv4IsRejected(input: String, code: WebURLError.Code) {
        #expect(throws: WebURLError(code)) { try WebURL(parsing: input) }
    }

    @Test(arguments: [
        ("http://[::]", "http://[::]/"),
        ("http://[::1]", "http://[::1]/"),
        ("http://[1::]", "http://[1::]/"),
        ("http://[2001:DB8::0:1]", "http://[2001:db8::1]/"),
        ("http://[1:2:3:4:5:6:7:8]", "http://[1:2:3:4:5:6:7:8]/"),
        ("http://[0001:0:0:00a0:0:0:0:1]", "http://[1:0:0:a0::1]/"),
        ("http://[1:0:0:2:0:0:3:4]", "http://[1::2:0:0:3:4]/"),
        ("http://[1:0:2:3:4:5:6:7]", "http://[1:0:2:3:4:5:6:7]/"),
        ("http://[0:1:0:0:0:0:0:0]", "http://[0:1::]/"),
        ("http://[1:2:3:4:5:6:7::]", "http://[1:2:3:4:5:6:7:0]/"),
        ("http://[::2:3:4:5:6:7:8]", "http://[0:2:3:4:5:6:7:8]/"),
        ("http://[1:2:3::5:6:7:8]", "http://[1:2:3:0:5:6:7:8]/"),
        ("http://[::1.2.3.4]", "http://[::102:304]/"),
        ("http://[::FFFF:255.255.255.255]", "http://[::ffff:ffff:ffff]/"),
        ("http://[1:2:3:4:5:6:1.2.3.4]", "http://[1:2:3:4:5:6:102:304]/"),
        ("http://[1::0.0.0.0]", "http://[1::]/"),
        ("http://u@[::1]:8080/x", "http://u@[::1]:8080/x"),
    ])
    func ipv6IsWrittenAsRFC5952Says(input: String, text: String) throws {
        #expect(try WebURL(parsing: input).text == text)
    }

    @Test(
        arguments: [
            ("http://[", .invalidIPv6Address),
            ("http://[]", .invalidIPv6Address),
            ("http://[:]", .invalidIPv6Address),
            ("http://[:::]", .invalidIPv6Address),
            ("http://[1]", .invalidIPv6Address),
            ("http://[1:]", .invalidIPv6Address),
            ("http://[:1]", .invalidIPv6Address),
            ("http://[1::2::3]", .invalidIPv6Address),
            ("http://[1:2:3:4:5:6:7]", .invalidIPv6Address),
            ("http://[1:2:3:4:5:6:7:8:9]", .invalidIPv6Address),
            ("http://[1:2:3:4::5:6:7:8]", .invalidIPv6Address),
            ("http://[::1:2:3:4:5:6:7:8]", .invalidIPv6Address),
            ("http://[12345::]", .invalidIPv6Address),
            ("http://[::g]", .invalidIPv6Address),
            ("http://[::1", .invalidIPv6Address),
            ("http://[::1]a", .invalidIPv6Address),
            ("http://[fe80::1%25eth0]", .invalidIPv6Address),
            ("http://[fe80::1%eth0]", .invalidIPv6Address),
            ("http://[::1.2.3]", .invalidIPv6Address),
            ("http://[::1.2.3.4.5]", .invalidIPv6Address),
            ("http://[::01.2.3.4]", .invalidIPv6Address),
            ("http://[::256.1.1.1]", .invalidIPv6Address),
            ("http://[::1.2.3.4:1]", .invalidIPv6Address),
            ("http://[1:2:3:4:5:6:7:1.2.3.4]", .invalidIPv6Address),
            ("http://[::1.2..4]", .invalidIPv6Address),
            ("http://[::.1.2.3]", .invalidIPv6Address),
            ("http://[::1.]", .invalidIPv6Address),
            ("http://[::1.2.3.4 ]", .invalidIPv6Address),
        ] as [(String, WebURLError.Code)])
    func invalidIPv6IsRejected(input: String, code: WebURLError.Code) {
        #expect(throws: WebURLError(code)) { try WebURL(parsing: input) }
    }
}
