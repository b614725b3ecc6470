import Contract
import Glibc
import Messages
import TestSupport
import Testing

@testable import Serving

/// What proxies say about a client, and what a client may say about itself.
@Suite struct ForwardedTests {
    private func read(
        _ lines: [String], peer: String = "10.0.0.1", trusted: String = "10.0.0.0/8,unix", rootPath: String = "",
        header: ProxyHeader? = nil
    ) throws -> Request {
        var settings = Settings()
        settings.forwardedAllowIps = try TrustedProxies(trusted)
        settings.rootPath = rootPath
        let address = IPAddress(peer).map { SocketAddress($0, port: 4711) } ?? .unix
        let info = ConnectionOrigin(peer: address, header: header)
            .connectionInfo(ProxySettings(settings), authority: "localhost:8001")
        let fields = lines.map { line in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            return Field(String(parts[0]), String(parts[1].drop { $0 == " " }))
        }
        return Request(.get, "/", fields: [Field("Host", "inner")] + fields, connection: info)
    }

    @Test(arguments: [
        // The last address that is not a proxy's.
        (["X-Forwarded-For: 192.0.2.1"], "192.0.2.1"), (["X-Forwarded-For: 192.0.2.9, 192.0.2.1"], "192.0.2.1"),
        (["X-Forwarded-For: 192.0.2.9, 192.0.2.1, 10.0.0.2"], "192.0.2.1"),
        (["X-Forwarded-For: 192.0.2.9,192.0.2.1,10.0.0.2 , 10.0.0.3"], "192.0.2.1"),
        // Of proxies alone, the first.
        (["X-Forwarded-For: 10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        // Lines are one list.
        (["X-Forwarded-For: 192.0.2.9", "X-Forwarded-For: 192.0.2.1"], "192.0.2.1"),
        (["X-Forwarded-For: 192.0.2.9, 192.0.2.1", "x-forwarded-for: 10.0.0.2"], "192.0.2.1"),
        // Empty items do not count.
        (["X-Forwarded-For: 192.0.2.1, ,", "X-Forwarded-For:"], "192.0.2.1"), (["X-Forwarded-For:"], "10.0.0.1"),
        (["X-Forwarded-For: ,"], "10.0.0.1"),
        // With ports, and in every form.
        (["X-Forwarded-For: 192.0.2.1:4711"], "192.0.2.1"), (["X-Forwarded-For: [2001:DB8::1]:80"], "2001:db8::1"),
        (["X-Forwarded-For: [2001:db8::1]"], "2001:db8::1"), (["X-Forwarded-For: 2001:db8::1"], "2001:db8::1"),
        (["X-Forwarded-For: ::ffff:192.0.2.1"], "192.0.2.1"),
        (["X-Forwarded-For: 192.0.2.1, ::ffff:10.0.0.2"], "192.0.2.1"),
        (["X-Forwarded-For: unknown"], "unknown"), (["X-Forwarded-For: 192.0.2.1, unknown"], "unknown"),
        // Who wrote what is left of it is not known.
        (["X-Forwarded-For: 192.0.2.1, garbage, 10.0.0.2"], "10.0.0.2"),
        (["X-Forwarded-For: 192.0.2.1, 192.0.2.300"], "10.0.0.1"), (["X-Forwarded-For: 192.0.2.1:99999"], "10.0.0.1"),
        (["X-Forwarded-For: 192.0.2.1:"], "10.0.0.1"), (["X-Forwarded-For: [192.0.2.1]"], "10.0.0.1"),
        (["X-Forwarded-For: [::1"], "10.0.0.1"), (["X-Forwarded-For: \"192.0.2.1\""], "10.0.0.1"),
        (["X-Forwarded-For: 192.0.2.1 192.0.2.2"], "10.0.0.1"), (["X-Forwarded-For: 1:2"], "10.0.0.1"),
        // Forwarded.
        (["Forwarded: for=192.0.2.1"], "192.0.2.1"), (["Forwarded: For=\"192.0.2.1:80\";Proto=https"], "192.0.2.1"),
        (["Forwarded: for=192.0.2.9, for=192.0.2.1;by=10.0.0.2,proto=https; for=\"10.0.0.2\""], "192.0.2.1"),
        (["Forwarded: for=192.0.2.9", "Forwarded: for=\"[2001:db8::1]:4711\" ; host=a"], "2001:db8::1"),
        (["Forwarded: for=\"[2001:db8::1]:_http\""], "2001:db8::1"), (["Forwarded: for=192.0.2.1:80"], "192.0.2.1"),
        (["Forwarded: for=_hidden.1-x"], "_hidden.1-x"), (["Forwarded: for=unknown"], "unknown"),
        (["Forwarded: for=_\"x"], "10.0.0.1"), (["Forwarded: for=_<x>"], "10.0.0.1"),
        (["Forwarded: proto=https"], "10.0.0.1"), (["Forwarded:"], "10.0.0.1"),
        (["Forwarded: for=192.0.2.1;for=192.0.2.2"], "10.0.0.1"), (["Forwarded: 192.0.2.1"], "10.0.0.1"),
        (["Forwarded: for = 192.0.2.1"], "10.0.0.1"), (["Forwarded: for=\"192.0.2.\\1\""], "10.0.0.1"),
        // A quoted string that the client has not closed.
        (["Forwarded: for=\"192.0.2.9, for=192.0.2.1"], "192.0.2.1"),
        (["Forwarded: for=\"192.0.2.9", "Forwarded: for=\"192.0.2.1\""], "192.0.2.1"),
        (["Forwarded: for=\"192.0.2.9\\, for=\"192.0.2.1\";proto=https"], "192.0.2.1"),
        (["Forwarded: for=\"192.0.2.9;, for=192.0.2.1", "Forwarded: for=10.0.0.2"], "192.0.2.1"),
        // A client may send it through a proxy that does not know it.
        (["Forwarded: for=192.0.2.9", "X-Forwarded-For: 192.0.2.1"], "192.0.2.1"),
        (["Forwarded: for=192.0.2.9", "X-Forwarded-Proto: https"], "10.0.0.1"),
    ])
    func theClientIsTheNearestThatIsNoProxy(lines: [String], client: String) throws {
        #expect(try read(lines).client == client, "\(lines)")
    }

    @Test func onlyATrustedPeerIsRead() throws {
        let lines = [
            "X-Forwarded-For: 192.0.2.1", "X-Forwarded-Proto: https", "X-Forwarded-Host: outer",
            "X-Forwarded-Prefix: /x",
        ]
        for (peer, trusted, isRead) in [
            ("10.0.0.1", "10.0.0.0/8", true), ("11.0.0.1", "10.0.0.0/8", false), ("10.0.0.1", "off", false),
            ("", "unix", true), ("", "10.0.0.0/8", false), ("11.0.0.1", "*", true),
        ] {
            let request = try read(lines, peer: peer, trusted: trusted)
            #expect(request.connection.isTrusted == isRead)
            #expect(request.connection.peer == peer)
            #expect(request.client == (isRead ? "192.0.2.1" : peer))
            #expect(request.scheme == (isRead ? .https : .http))
            #expect(request.authority == (isRead ? "outer" : "inner"))
            #expect(request.rootPath == (isRead ? "/x" : ""))
        }
        // Every peer is believed, but what it says about others is not.
        #expect(try read(["X-Forwarded-For: 192.0.2.9, 192.0.2.1"], trusted: "*").client == "192.0.2.1")
        #expect(
            try read(["X-Forwarded-For: 192.0.2.9, 192.0.2.1, 10.1.1.1"], trusted: "*,10.0.0.0/8").client
                == "192.0.2.1")
    }

    @Test func aListIsReadSoFarAndNoFurther() throws {
        let proxies = (0..<100).map { "10.0.1.\($0)" }
        let line = "X-Forwarded-For: 192.0.2.1, " + proxies.joined(separator: ", ")
        #expect(try read([line]).client == "10.0.1.\(100 - ForwardedHops.limit)")
        let element = "Forwarded: for=192.0.2.1, " + proxies.map { "for=\($0)" }.joined(separator: ", ")
        #expect(try read([element]).client == "10.0.1.\(100 - ForwardedHops.limit)")
    }

    @Test(arguments: [
        (["X-Forwarded-Proto: https"], "https inner "), (["X-Forwarded-Proto: gopher"], "http inner "),
        (["X-Forwarded-Proto: HTTPS"], "https inner "), (["X-Forwarded-Proto: https, http"], "http inner "),
        (["X-Forwarded-Host: outer:8443"], "http outer:8443 "), (["X-Forwarded-Host: a, b"], "http b "),
        (["X-Forwarded-Host: [::1]:80"], "http [::1]:80 "),
        // Invalid ones must not get into a page, a redirect or a log.
        (["X-Forwarded-Host: a/b"], "http inner "), (["X-Forwarded-Host: a b"], "http inner "),
        (["X-Forwarded-Host: user@a"], "http inner "), (["X-Forwarded-Host: <a>"], "http inner "),
        (["X-Forwarded-Host: a:99999"], "http inner "), (["X-Forwarded-Host: \"a\""], "http inner "),
        (["X-Forwarded-Prefix: //evil.example"], "http inner "), (["X-Forwarded-Prefix: /a/../b"], "http inner "),
        (["X-Forwarded-Prefix: /<b>"], "http inner "), (["X-Forwarded-Prefix: kitchen"], "http inner "),
        (["X-Forwarded-Prefix: /kitchen/"], "http inner /kitchen"), (["X-Forwarded-Prefix: /"], "http inner "),
        (["X-Forwarded-Port: 8443"], "http inner:8443 "), (["X-Forwarded-Port: 80"], "http inner "),
        (["X-Forwarded-Port: 443", "X-Forwarded-Proto: https"], "https inner "),
        (["X-Forwarded-Port: 443", "X-Forwarded-Host: outer:8443"], "http outer:8443 "),
        (["X-Forwarded-Port: 8443", "X-Forwarded-Host: [::1]"], "http [::1]:8443 "),
        (["X-Forwarded-Port: x"], "http inner "), (["X-Forwarded-Port: 0x50"], "http inner "),
        // Of two proxies, the outer one knows the client. One that replaces a list leaves one item.
        (
            [
                "X-Forwarded-For: 192.0.2.1, 10.0.0.2", "X-Forwarded-Proto: gopher, https, http",
                "X-Forwarded-Host: evil, outer, middle", "X-Forwarded-Prefix: /evil, /a, /b",
            ], "https outer /a/b"
        ),
        (
            [
                "X-Forwarded-For: 192.0.2.1, 10.0.0.2", "X-Forwarded-Proto: https", "X-Forwarded-Host: outer",
                "X-Forwarded-Prefix: /a",
            ], "https outer /a"
        ),
        // What is further away than the client was written by the client.
        (["X-Forwarded-For: 10.0.0.2, 192.0.2.1", "X-Forwarded-Proto: https, http"], "http inner "),
        (["Forwarded: for=192.0.2.1;proto=https;host=outer"], "https outer "),
        (["Forwarded: for=192.0.2.9;proto=https, for=192.0.2.1;host=\"outer:81\""], "http outer:81 "),
        (["Forwarded: for=192.0.2.1;proto=https;host=outer,for=10.0.0.2;proto=http"], "https outer "),
        (["Forwarded: for=192.0.2.1;proto=ftp;host=\"a b\""], "http inner "),
    ])
    func schemeHostAndPathAreThoseOfTheOutermostTrustedProxy(lines: [String], expected: String) throws {
        let request = try read(lines)
        #expect("\(request.scheme) \(request.authority) \(request.rootPath)" == expected, "\(lines)")
    }

    @Test func theRootPathOfTheSettingYieldsToAProxys() throws {
        #expect(try read([], rootPath: "/kitchen").rootPath == "/kitchen")
        #expect(try read([], peer: "192.0.2.1", rootPath: "/kitchen").rootPath == "/kitchen")
        #expect(try read(["X-Forwarded-Prefix: /x"], peer: "192.0.2.1", rootPath: "/kitchen").rootPath == "/kitchen")
        #expect(try read(["X-Forwarded-Prefix: /x"], rootPath: "/kitchen").rootPath == "/x")
        #expect(try read(["X-Forwarded-Prefix: /"], rootPath: "/kitchen").rootPath == "")
    }

    @Test func thePROXYHeaderNamesTheClientWhoseFieldsCount() throws {
        let outer = SocketAddress(try #require(IPAddress("192.0.2.1")), port: 1)
        let inner = SocketAddress(try #require(IPAddress("10.0.0.2")), port: 1)
        let lines = ["X-Forwarded-For: 192.0.2.9", "X-Forwarded-Proto: http"]
        for (source, isTLS, client, isTrusted) in [
            (.client(outer), true, "192.0.2.1", false), (.client(inner), false, "192.0.2.9", true),
            (.proxy, false, "192.0.2.9", true), (.unknown, false, "unknown", false),
        ] as [(ProxyHeader.Source, Bool, String, Bool)] {
            let request = try read(lines, header: ProxyHeader(source: source, isTLS: isTLS))
            #expect(request.client == client)
            #expect(request.connection.peer == "10.0.0.1")
            #expect(request.connection.isTrusted == isTrusted)
            #expect(request.scheme == (isTLS ? .https : .http))
        }
    }

    /// Proxies that each append the address of whoever asks them, and a client that sends anything.
    @Test func noClientCanForgeItsAddress() throws {
        var random = SeededGenerator(seed: 4711)
        let pieces = [
            "for=", "\"", "\\", ",", ";", "=", " ", "\t", "10.0.0.9", "192.0.2.66", "unknown", "_x", "[::1]", "[", "]",
            ":80",
            "proto=https", "host=evil", "by=10.0.0.2", "garbage", "for=\"192.0.2.66", "\", for=10.0.0.9", "é", "%00",
        ]
        func forged() -> String {
            (0..<Int.random(in: 0...8, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
        }
        for round in 0..<20_000 {
            let client = "198.51.100.\(Int.random(in: 0...255, using: &random))"
            let hops = (0..<Int.random(in: 0...3, using: &random)).map { "10.0.\($0).\(round % 256)" }
            let isForwarded = Bool.random(using: &random)
            let name = isForwarded ? "Forwarded" : "X-Forwarded-For"
            // A proxy that writes Forwarded removes the others, as the documentation says.
            var lines = (0..<Int.random(in: 0...3, using: &random)).map { _ in "\(name): \(forged())" }
            if !isForwarded { lines += ["Forwarded: \(forged())", "X-Forwarded-Proto: \(forged())"] }
            for address in [client] + hops {
                let item = isForwarded ? "for=\"\(address)\";proto=http" : address
                if !lines.isEmpty, Bool.random(using: &random),
                    let last = lines.lastIndex(where: { $0.hasPrefix(name) })
                {
                    lines[last] += ", \(item)"
                } else {
                    lines.append("\(name): \(item)")
                }
            }
            let request = try read(lines)
            #expect(request.client == client, "\(lines)")
            if isForwarded { #expect(request.scheme == .http, "\(lines)") }
        }
    }
}

extension SocketAddress {
    fileprivate static let unix = SocketAddress(sockaddrOfUnix)
}

private let sockaddrOfUnix: sockaddr_storage = {
    var storage = sockaddr_storage()
    storage.ss_family = sa_family_t(AF_UNIX)
    return storage
}()
