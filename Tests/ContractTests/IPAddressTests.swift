import Contract
import Testing

@Suite struct IPAddressTests {
    @Test(arguments: [
        ("127.0.0.1", "127.0.0.1"), ("::1", "::1"), ("::", "::"), ("2001:DB8::0:1", "2001:db8::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"), ("::ffff:c000:201", "192.0.2.1"), ("1:0:0:2:0:0:0:3", "1:0:0:2::3"),
        ("1::2:0:0:3:4", "1::2:0:0:3:4"), ("1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"), ("1::", "1::"),
        ("fe80::1:2:3:4", "fe80::1:2:3:4"),
    ])
    func itIsWrittenAsRFC5952Says(text: String, written: String) {
        #expect(IPAddress(text)?.description == written)
    }

    @Test(arguments: [
        "", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.4 ", " 1.2.3.4", "1.2.3.4:80", "::1%eth0",
        "[::1]",
        ":", ":::", "1:", ":1", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "12345::",
        "1:2:3:4:5:6:7:1.2.3.4", "::1.2.3", "::1.2.3.4:5", "g::", "0x7f.1", "127.1",
    ])
    func otherTextIsNone(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test(arguments: [
        ("off", "off"), ("OFF", "off"), ("*", "*"), ("unix", "unix"), ("127.0.0.1,::1", "127.0.0.1,::1"),
        (" 10.0.0.0/8 , unix,*", "*,10.0.0.0/8,unix"), ("2001:db8::/32", "2001:db8::/32"), ("0.0.0.0/0", "0.0.0.0/0"),
        ("::/0", "::/0"), ("192.0.2.1/32", "192.0.2.1"), ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
    ])
    func proxiesAreAList(text: String, written: String) throws {
        #expect(try TrustedProxies(text).description == written)
    }

    @Test(arguments: [
        "", "localhost", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/08", "::1/129",
        "10.0.0.0/8,",
        "off,unix", "127.0.0.1;::1", "10.0.0.0/8/8",
    ])
    func otherListsAreRefused(text: String) {
        #expect(throws: InvalidValue.self) { try TrustedProxies(text) }
    }

    @Test func aPeerIsTrustedIfTheListHasIt() throws {
        func trusts(_ list: String, _ peer: String?) throws -> Bool {
            try TrustedProxies(list).trustsPeer(peer.map { try #require(IPAddress($0)) })
        }
        for (list, peer, isTrusted) in [
            ("off", "127.0.0.1", false), ("off", nil, false), ("unix", nil, true), ("127.0.0.1", nil, false),
            ("*", nil, true), ("*", "192.0.2.1", true), ("10.0.0.0/8", "10.255.255.255", true),
            ("10.0.0.0/8", "11.0.0.0", false), ("10.0.0.0/8", "::ffff:10.1.1.1", true), ("0.0.0.0/0", "1.2.3.4", true),
            ("0.0.0.0/0", "::1", false), ("::/0", "1.2.3.4", true), ("2001:db8::/33", "2001:db8:7fff::1", true),
            ("2001:db8::/33", "2001:db8:8000::1", false), ("2001:db8::/65", "2001:db8::7fff:0:0:1", true),
            ("2001:db8::/65", "2001:db8::8000:0:0:1", false), ("::1", "::1", true), ("::1", "::2", false),
        ] as [(String, String?, Bool)] {
            #expect(try trusts(list, peer) == isTrusted, "\(list) \(peer ?? "unix")")
        }
        let standard = Settings().forwardedAllowIps
        #expect(standard.description == "127.0.0.1,::1,unix")
        #expect(standard.trustsPeer(nil) && standard.trustsPeer(IPAddress("127.0.0.1")))
        #expect(!standard.trustsPeer(IPAddress("10.0.0.1")))
        // A client could write any address in front of its own.
        #expect(try !TrustedProxies("*").trusts(#require(IPAddress("10.0.0.1"))))
    }

    @Test(arguments: [
        ("/", ""), ("/kitchen", "/kitchen"), ("/kitchen/", "/kitchen"), ("/a/b.c/~d_e-f", "/a/b.c/~d_e-f"),
        ("/...", "/..."), ("/.a", "/.a"), ("/a..", "/a.."),
    ])
    func aRootPathIsNormalized(text: String, path: String) {
        #expect(RootPath.normalized(Array(text.utf8).span) == path)
    }

    @Test(arguments: [
        "", "a", "//", "//evil.example", "/a//b", "/a//", "/.", "/..", "/a/../b", "/a/.", "/a b", "/a%2f", "/<script>",
        "/\"", "/a\r\nb", "/é", "/a?b", "/a#b", "/a;b", "/" + String(repeating: "a", count: 256),
        "https://evil.example",
        "/\\evil.example",
    ])
    func whatCouldLeaveAPageOrALogIsNoRootPath(text: String) {
        #expect(RootPath.normalized(Array(text.utf8).span) == nil)
    }
}
