/// What becomes of some bytes: the requests in them, and the refusal that ends them, if one does.
struct RequestCase: CustomStringConvertible, Sendable {
    let name: String
    let bytes: [UInt8]
    let outcome: String

    var description: String { name }

    /// - Parameter outcome: `GET /path?query body`, or the status and detail of a refusal; several with ` | `. At the end
    ///   `waits`, when a request has begun and is not whole.
    init(_ name: String, _ text: String, _ outcome: String) {
        self.init(name, Array(text.utf8), outcome)
    }

    init(_ name: String, _ bytes: [UInt8], _ outcome: String) {
        self.name = name
        self.bytes = bytes
        self.outcome = outcome
    }
}

enum RequestTable {
    static let all =
        valid + invalid + invalidChunks + requestLines + fieldLines + hosts + connections + lengths + codings
        + contentCodings + singles + smuggling + chunks + otherProtocols + heads

    private static let host = "Host: a\r\n"

    static let valid: [RequestCase] = [
        RequestCase("a plain request", "GET /a?b=c HTTP/1.1\r\n\(host)\r\n", "GET /a?b=c"),
        RequestCase("HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", "GET / (1.0) closes"),
        RequestCase(
            "HTTP/1.0 that stays", "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "GET / (1.0)"),
        RequestCase("a later minor version", "GET / HTTP/1.2\r\n\(host)\r\n", "GET /"),
        RequestCase("close among others", "GET / HTTP/1.1\r\n\(host)Connection: x, CLOSE\r\n\r\n", "GET / closes"),
        RequestCase("an absolute target", "GET http://b:81/x?y HTTP/1.1\r\n\(host)\r\n", "GET /x?y @b:81"),
        RequestCase("an absolute target without a path", "GET HTTP://b?y HTTP/1.1\r\n\(host)\r\n", "GET /?y @b"),
        RequestCase("an empty line before", "\r\nGET / HTTP/1.1\r\n\(host)\r\n", "GET /"),
        RequestCase("a method in lower case", "get / HTTP/1.1\r\n\(host)\r\n", "get /"),
        RequestCase("an IPv6 host", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", "GET / @[::1]:80"),
        RequestCase("spaces around a value", "GET / HTTP/1.1\r\nHost:\t a \t\r\n\r\n", "GET /"),
        RequestCase("an empty value", "GET / HTTP/1.1\r\n\(host)X:\r\n\r\n", "GET /"),
        RequestCase(
            "a sized body", "POST / HTTP/1.1\r\n\(host)Content-Length: 3\r\n\r\nabc", "POST / abc"),
        RequestCase("a body of nothing", "POST / HTTP/1.1\r\n\(host)Content-Length: 0\r\n\r\n", "POST /"),
        RequestCase(
            "a chunked body",
            "POST / HTTP/1.1\r\n\(host)Transfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\n0A;x=\"y\"\r\n0123456789\r\n0\r\n\r\n",
            "POST / abc0123456789"),
        RequestCase(
            "trailers are dropped",
            "POST / HTTP/1.1\r\n\(host)Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nT: x\r\nU: y\r\n\r\n",
            "POST / a"),
        RequestCase(
            "three in a row",
            "GET /1 HTTP/1.1\r\n\(host)\r\nPOST /2 HTTP/1.1\r\n\(host)Content-Length: 1\r\n\r\nxGET /3 HTTP/1.1\r\n\(host)\r\n",
            "GET /1 | POST /2 x | GET /3"),
        RequestCase(
            "the longest request line", "GET /\(String(repeating: "a", count: 8192 - 14)) HTTP/1.1\r\n\(host)\r\n",
            "GET /\(String(repeating: "a", count: 8192 - 14))"),
        RequestCase(
            "the longest field", "GET / HTTP/1.1\r\n\(host)X: \(String(repeating: "a", count: 8189))\r\n\r\n", "GET /"),
        RequestCase(
            "the most fields",
            "GET / HTTP/1.1\r\n\(host)\(String(repeating: "X: y\r\n", count: 99))\r\n", "GET /"),
        RequestCase(
            "the largest body", "POST / HTTP/1.1\r\n\(host)Content-Length: 20\r\n\r\n01234567890123456789",
            "POST / 01234567890123456789"),
    ]

    private static func get(_ fields: String) -> String { "GET / HTTP/1.1\r\n\(fields)\r\n" }

    static let invalid: [RequestCase] = [
        RequestCase("no version", "GET /\r\n\r\n", "400 Malformed request line"),
        RequestCase("two spaces", "GET  / HTTP/1.1\r\n\(host)\r\n", "400 Malformed request line"),
        RequestCase("a space in the target", "GET /a b HTTP/1.1\r\n\(host)\r\n", "400 Malformed version"),
        RequestCase("a space at the end", "GET / HTTP/1.1 \r\n\(host)\r\n", "400 Malformed version"),
        RequestCase("a space before", " GET / HTTP/1.1\r\n\(host)\r\n", "400 Malformed request line"),
        RequestCase("a tab for a space", "GET\t/ HTTP/1.1\r\n\(host)\r\n", "400 Malformed method"),
        RequestCase("a bad method", "GE(T / HTTP/1.1\r\n\(host)\r\n", "400 Malformed method"),
        RequestCase("a control character in the target", "GET /\u{1} HTTP/1.1\r\n\(host)\r\n", "400 Malformed target"),
        RequestCase("bytes past ASCII in the target", "GET /\u{e4} HTTP/1.1\r\n\(host)\r\n", "400 Malformed target"),
        RequestCase("a fragment", "GET /a#b HTTP/1.1\r\n\(host)\r\n", "400 Malformed target"),
        RequestCase("another scheme", "GET ftp://a/ HTTP/1.1\r\n\(host)\r\n", "400 Malformed target"),
        RequestCase("a user in the target", "GET http://u@a/ HTTP/1.1\r\n\(host)\r\n", "400 Malformed target"),
        RequestCase("a lower-case version", "GET / http/1.1\r\n\(host)\r\n", "400 Malformed version"),
        RequestCase("HTTP/2", "GET / HTTP/2.0\r\n\(host)\r\n", "505 HTTP version not supported"),
        RequestCase("two empty lines before", "\r\n\r\nGET / HTTP/1.1\r\n\(host)\r\n", "400 Malformed request line"),
        RequestCase("a line feed alone after the request line", "GET / HTTP/1.1\n\(host)\r\n", "400 Line feed alone"),
        RequestCase("a line feed alone after a field", get("\(host)X: y\n"), "400 Line feed alone"),
        RequestCase("a line feed alone at the end", "GET / HTTP/1.1\r\n\(host)\n", "400 Line feed alone"),
        RequestCase("a carriage return in a value", get("\(host)X: y\rz\r\n"), "400 Malformed header field value"),
        RequestCase("NUL in a value", get("\(host)X: y\0\r\n"), "400 Malformed header field value"),
        RequestCase("folding", get("\(host)X: y\r\n z\r\n"), "400 Malformed header field name"),
        RequestCase("a space before the colon", get("\(host)X : y\r\n"), "400 Malformed header field name"),
        RequestCase("no colon", get("\(host)X\r\n"), "400 Malformed header field name"),
        RequestCase("no name", get("\(host): y\r\n"), "400 Malformed header field name"),
        RequestCase("a bad name", get("\(host)X\"Y: y\r\n"), "400 Malformed header field name"),
        RequestCase("no Host", get(""), "400 Host is missing"),
        RequestCase("two Hosts", get("\(host)\(host)"), "400 More than one Host"),
        RequestCase("an empty Host", get("Host:\r\n"), "400 Malformed Host"),
        RequestCase("a Host with a path", get("Host: a/b\r\n"), "400 Malformed Host"),
        RequestCase("a Host with a user", get("Host: a@b\r\n"), "400 Malformed Host"),
        RequestCase("a Host with two names", get("Host: a, b\r\n"), "400 Malformed Host"),
        RequestCase("a Host with a bad port", get("Host: a:65536\r\n"), "400 Malformed Host"),
        RequestCase("a Host with an open bracket", get("Host: [::1\r\n"), "400 Malformed Host"),
        RequestCase(
            "both lengths", get("\(host)Content-Length: 1\r\nTransfer-Encoding: chunked\r\n"),
            "400 Both Transfer-Encoding and Content-Length"),
        RequestCase(
            "differing lengths", get("\(host)Content-Length: 1\r\nContent-Length: 2\r\n"),
            "400 More than one Content-Length"),
        RequestCase("a list of lengths", get("\(host)Content-Length: 1, 1\r\n"), "400 Malformed Content-Length"),
        RequestCase("leading zeros", get("\(host)Content-Length: 0003\r\n"), "400 Malformed Content-Length"),
        RequestCase("a signed length", get("\(host)Content-Length: +1\r\n"), "400 Malformed Content-Length"),
        RequestCase("a negative length", get("\(host)Content-Length: -1\r\n"), "400 Malformed Content-Length"),
        RequestCase("no length", get("\(host)Content-Length: \r\n"), "400 Malformed Content-Length"),
        RequestCase("a hexadecimal length", get("\(host)Content-Length: 0x1\r\n"), "400 Malformed Content-Length"),
        RequestCase("a length above the limit", get("\(host)Content-Length: 21\r\n"), "413 Content too large"),
        RequestCase(
            "a length above every number", get("\(host)Content-Length: \(String(repeating: "9", count: 99))\r\n"),
            "413 Content too large"),
        RequestCase(
            "an unknown coding", get("\(host)Transfer-Encoding: gzip, chunked\r\n"),
            "501 Transfer coding not implemented"),
        RequestCase(
            "chunked not last", get("\(host)Transfer-Encoding: chunked, gzip\r\n"),
            "400 Transfer coding after chunked"),
        RequestCase(
            "chunked twice", get("\(host)Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
            "400 Transfer coding after chunked"),
        RequestCase("no coding", get("\(host)Transfer-Encoding:\r\n"), "400 Malformed Transfer-Encoding"),
        RequestCase(
            "a coding with a parameter", get("\(host)Transfer-Encoding: chunked;x\r\n"),
            "400 Malformed Transfer-Encoding"),
        RequestCase(
            "chunked in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "400 Transfer-Encoding in HTTP/1.0"),
        RequestCase(
            "a long request line", "GET /\(String(repeating: "a", count: 8192 - 13)) HTTP/1.1\r\n\(host)\r\n",
            "414 Request line too long"),
        RequestCase("an endless request line", String(repeating: "a", count: 9000), "414 Request line too long"),
        RequestCase(
            "a long field", get("\(host)X: \(String(repeating: "a", count: 8190))\r\n"), "431 Header field too large"),
        RequestCase(
            "too many fields", get(host + String(repeating: "X: y\r\n", count: 100)), "431 Too many header fields"),
        RequestCase(
            "too much of all",
            get(host + String(repeating: "X: \(String(repeating: "y", count: 8000))\r\n", count: 17)),
            "431 Header section too large"),
    ]

    private static func chunked(_ body: String) -> String {
        "POST / HTTP/1.1\r\n\(host)Transfer-Encoding: chunked\r\n\r\n\(body)"
    }

    static let invalidChunks: [RequestCase] = [
        RequestCase("a size that is none", chunked("x\r\n"), "400 Malformed chunk size"),
        RequestCase("an empty size", chunked("\r\n"), "400 Malformed chunk size"),
        RequestCase("a size with a prefix", chunked("0x1\r\na\r\n"), "400 Malformed chunk size"),
        RequestCase("a space after the size", chunked("1 \r\na\r\n"), "400 Malformed chunk size"),
        RequestCase("a signed size", chunked("+1\r\na\r\n"), "400 Malformed chunk size"),
        RequestCase("a line feed alone after the size", chunked("1\na\r\n"), "400 Line feed alone"),
        RequestCase(
            "a control character in an extension", chunked("1;\u{1}\r\na\r\n"), "400 Malformed chunk extension"),
        RequestCase(
            "a carriage return in an extension", chunked("1;a\rb\r\na\r\n"), "400 Malformed chunk extension"),
        RequestCase("a chunk longer than its size", chunked("1\r\nab\r\n"), "400 Chunk longer than its size"),
        RequestCase("a line feed alone after a chunk", chunked("1\r\na\n0\r\n\r\n"), "400 Line feed alone"),
        RequestCase(
            "a long extension", chunked("1;\(String(repeating: "a", count: 1024))\r\n"), "400 Chunk size line too long"),
        RequestCase("chunks above the limit", chunked("10\r\n0123456789abcdef\r\n5\r\n"), "413 Content too large"),
        RequestCase(
            "a size above every number", chunked("\(String(repeating: "f", count: 40))\r\n"),
            "413 Content too large"),
        RequestCase("a bad trailer", chunked("0\r\nx y\r\n\r\n"), "400 Malformed header field name"),
        RequestCase(
            "too many trailers", chunked("0\r\n\(String(repeating: "X: y\r\n", count: 101))\r\n"),
            "431 Too many header fields"),
        RequestCase(
            "a long trailer", chunked("0\r\nX: \(String(repeating: "y", count: 8200))\r\n\r\n"),
            "431 Header field too large"),
    ]
}
