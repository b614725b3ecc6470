/// Field lines, and what Host and Connection say (RFC 9112, sections 3.2, 5 and 9.3; RFC 9110, section 5.5).
extension RequestTable {
    private static func get(_ fields: String) -> String { "GET / HTTP/1.1\r\n\(fields)\r\n" }
    private static func get(_ fields: [UInt8]) -> [UInt8] {
        Array("GET / HTTP/1.1\r\nHost: a\r\n".utf8) + fields + Array("\r\n\r\n".utf8)
    }

    static let fieldLines: [RequestCase] = [
        RequestCase("a tab within a value", get("Host: a\r\nX: y\tz\r\n"), "GET /"),
        RequestCase("colons in a value", get("Host: a\r\nX: :y:z:\r\n"), "GET /"),
        RequestCase("a value of bytes past ASCII", get(Array("X: ".utf8) + [0x80, 0xc3, 0xff]), "GET /"),
        RequestCase(
            "a name of every character that a token may have", get("Host: a\r\n!#$%&'*+-.^_`|~09azAZ: y\r\n"), "GET /"),
        RequestCase("a name in another case", get("hOsT: a\r\n"), "GET /"),

        RequestCase("a space before the first name", get(" Host: a\r\n"), "400 Malformed header field name"),
        RequestCase("folding with a tab", get("Host: a\r\nX: y\r\n\tz\r\n"), "400 Malformed header field name"),
        RequestCase("a line of a space", get("Host: a\r\n \r\n"), "400 Malformed header field name"),
        RequestCase("a tab before the colon", get("Host\t: a\r\n"), "400 Malformed header field name"),
        RequestCase("a carriage return before the colon", get("Host\r: a\r\n"), "400 Malformed header field name"),
        RequestCase("NUL in a name", get("Host: a\r\nX\0: y\r\n"), "400 Malformed header field name"),
        RequestCase("a name past ASCII", get("Host: a\r\n\u{e9}: y\r\n"), "400 Malformed header field name"),
        RequestCase("a name in parentheses", get("Host: a\r\n(X): y\r\n"), "400 Malformed header field name"),
        RequestCase("an equals sign for the colon", get("Host: a\r\nX=y\r\n"), "400 Malformed header field name"),
        RequestCase(
            "two carriage returns at the end", "GET / HTTP/1.1\r\nHost: a\r\n\r\r\n", "400 Malformed header field name"),
        RequestCase(
            "two carriage returns after a value", get("Host: a\r\nX: y\r\r\n"), "400 Malformed header field value"),
        RequestCase("DEL in a value", get("Host: a\r\nX: \u{7f}\r\n"), "400 Malformed header field value"),
        RequestCase(
            "a vertical tab before a value", get("Host: a\r\nX:\u{b}y\r\n"), "400 Malformed header field value"),
        RequestCase("an escape in a value", get("Host: a\r\nX: \u{1b}[2J\r\n"), "400 Malformed header field value"),
        RequestCase(
            "a carriage return that hides a field", get("Host: a\r\nX: y\rContent-Length: 1\r\n"),
            "400 Malformed header field value"),
        RequestCase(
            "a line feed that hides a field", get("Host: a\r\nX: y\nContent-Length: 1\r\n"), "400 Line feed alone"),
    ]

    static let hosts: [RequestCase] =
        [
            "b", "B.c-d_e~f", "b:8080", "b:", "b:0", "b:00080", "b:65535", "127.0.0.2:1", "[::1]", "[::]:1",
            "[::ffff:1.2.3.4]:80", "b,c", "%41", "xn--bcher-kva.example",
            "a%2Fb%7e", "1.2.3.4.5", "256.1.1.1", "[1:2:3:4:5:6:7:8]", "[1::8]:80", "[1::]", "[::1.2.3.4]",
            "[1:2:3:4:5:6:1.2.3.4]", "[FE80::aBcD]", "[1:2:3:4:5:6:7::]", "[::2:3:4:5:6:7:8]",
        ].map { RequestCase("Host \($0)", get("Host: \($0)\r\n"), "GET / @\($0)") }
        + [
            "a b", "a\\b", "a?b", "a#b", "/", "a/", "http://a", "a:b", "a:-1", "a:+1", "a:80:80", "a:8 0", "a:100000",
            ":80", "@a", "\"a\"", "<a>", "[]", "[:]", "[::1]x", "[::1]:x", "[::1", "::1", "[v1.a]", "[::1%eth0]",
            "b\u{fc}cher", "a%", "a%4", "a%zz", "a%4g", "%", "%%41", "a%:80", "a%4:80", "[1:2]", "[1:2:3:4:5:6:7]",
            "[1:2:3:4:5:6:7:8:9]", "[1::2::3]", "[1:::2]", "[:::]", "[:1::2]", "[1:2:3:4:5:6:7:8:]", "[1:]",
            "[12345::]",
            "[::1.2.3]", "[::1.2.3.256]", "[::1.2.3.04]", "[1.2.3.4]", "[1.2.3.4::]", "[::1.2.3.4:5]",
            "[1:2:3:4:5:6:7:1.2.3.4]", "[1:2:3:4:5:6:7:8::]", "[::1:2:3:4:5:6:7:8]", "[::1.2.3.4.5]", "[::.1]", "[.]",
            "[::1]]", "[[::1]]", "[::1] ]", "[::1]80", "[g::]", "[::%31]", "a[::1]", "a:80a", "a:\t80", "a@b:80",
        ].map { RequestCase("Host \($0)", get("Host: \($0)\r\n"), "400 Malformed Host") }
        + [
            RequestCase("a Host of spaces", get("Host:  \t \r\n"), "400 Malformed Host"),
            RequestCase("two equal Hosts", get("Host: a\r\nX: y\r\nHOST: a\r\n"), "400 More than one Host"),
            RequestCase("Host in HTTP/1.0", "GET / HTTP/1.0\r\nHost: b\r\n\r\n", "GET / @b (1.0) closes"),
            RequestCase(
                "two Hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", "400 More than one Host"),
            RequestCase("a bad Host in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a/\r\n\r\n", "400 Malformed Host"),
            RequestCase("an absolute target without Host", "GET http://a/ HTTP/1.1\r\n\r\n", "400 Host is missing"),
            RequestCase(
                "an absolute target with a bad Host", "GET http://a/ HTTP/1.1\r\nHost: @\r\n\r\n", "400 Malformed Host"),
            RequestCase("a later version without Host", "GET / HTTP/1.2\r\n\r\n", "400 Host is missing"),
        ]

    /// What must stand once (RFC 9110, section 5.3), also when both lines say the same.
    static let singles: [RequestCase] =
        [
            "Authorization", "Proxy-Authorization", "Content-Type", "Content-Range", "Origin", "Range", "If-Range",
            "If-Modified-Since", "If-Unmodified-Since",
        ].flatMap { name in
            [
                RequestCase("one \(name)", get("Host: a\r\n\(name): x\r\n"), "GET /"),
                RequestCase(
                    "two \(name)", get("Host: a\r\n\(name): x\r\nX: y\r\n\(name.uppercased()): y\r\n"),
                    "400 More than one \(name)"),
                RequestCase(
                    "two equal \(name), one empty", get("Host: a\r\n\(name): \r\n\(name): \r\n"),
                    "400 More than one \(name)"),
            ]
        }
        + [
            // Lists, and what says nothing that matters here.
            "Accept", "Accept-Encoding", "Cookie", "Via", "X-Forwarded-For", "X-Forwarded-Proto", "Connection",
            "Expect",
            "If-Match", "If-None-Match", "Cache-Control", "User-Agent", "Referer", "TE", "Content-Language",
        ].map { RequestCase("two \($0)", get("Host: a\r\n\($0): x\r\n\($0): y\r\n"), "GET /") }
        + [
            RequestCase(
                "one of each of two requests", get("Host: a\r\nOrigin: x\r\n") + get("Host: a\r\nOrigin: x\r\n"),
                "GET / | GET /")
        ]

    static let connections: [RequestCase] = [
        RequestCase("keep-alive in HTTP/1.1", get("Host: a\r\nConnection: keep-alive\r\n"), "GET /"),
        RequestCase("close and keep-alive", get("Host: a\r\nConnection: keep-alive, close\r\n"), "GET / closes"),
        RequestCase(
            "close in the second of two fields", get("Host: a\r\nConnection: x\r\nConnection: close\r\n"),
            "GET / closes"),
        RequestCase("close after empty members", get("Host: a\r\nConnection: , ,\tclose\r\n"), "GET / closes"),
        RequestCase("a word that only begins like close", get("Host: a\r\nConnection: closed, x-close\r\n"), "GET /"),
        RequestCase(
            "HTTP/1.0 that says both", "GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n",
            "GET / (1.0) closes"),
        RequestCase(
            "nothing is read after close", get("Host: a\r\nConnection: close\r\n") + get("Host: a\r\n"),
            "GET / closes | GET /"),
        RequestCase(
            "nothing is read after HTTP/1.0", "GET / HTTP/1.0\r\n\r\n" + get("Host: a\r\n"),
            "GET / (1.0) closes | GET /"),
        RequestCase(
            "an upgrade that is not taken",
            get("Host: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n")
                + get("Host: a\r\n"), "GET / | GET /"),
        RequestCase(
            "an upgrade to HTTP/2",
            get("Host: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"),
            "GET /"),
        RequestCase("an expectation of nothing", get("Host: a\r\nExpect: 100-continue\r\n"), "GET /"),
        RequestCase("an expectation that nobody knows", get("Host: a\r\nExpect: a=b\r\n"), "GET /"),
        RequestCase(
            "an expectation whose body does not wait",
            "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 3\r\n\r\nabc", "POST / abc"),
        RequestCase(
            "an expectation in HTTP/1.0", "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
            "POST / abc (1.0) closes"),
    ]
}
