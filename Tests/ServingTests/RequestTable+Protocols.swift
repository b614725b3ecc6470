/// Clients that speak something else, and heads as large as they may be.
extension RequestTable {
    /// The beginning of a ClientHello (RFC 8446, section 4.1.2), without a line feed.
    private static let clientHello: [UInt8] =
        [0x16, 3, 1, 0, 0xc4, 1, 0, 0, 0xc0, 3, 3] + (0..<32).map { UInt8($0) | 0x80 } + [0, 0, 2, 0x13, 1, 1, 0]

    static let otherProtocols: [RequestCase] = [
        RequestCase(
            "HTTP/2 with prior knowledge", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505 HTTP version not supported"),
        RequestCase("TLS", clientHello, "400 Malformed request line"),
        RequestCase("TLS with a line feed", clientHello + [0x0a], "400 Malformed request line"),
        RequestCase("SSH", "SSH-2.0-OpenSSH_9.2\r\n", "400 Malformed request line"),
        RequestCase("SMTP", "EHLO a\r\n", "400 Malformed request line"),
        RequestCase("Redis", "*1\r\n$4\r\nPING\r\n", "400 Malformed request line"),
        RequestCase("the PROXY protocol", "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n", "400 Malformed version"),
        RequestCase("the binary PROXY protocol", "\r\n\r\n\0\r\nQUIT\n", "400 Malformed request line"),
        RequestCase("an answer", "HTTP/1.1 200 OK\r\n\r\n", "400 Malformed method"),
        RequestCase("nothing but line ends", "\r\n\r\n\r\n", "400 Malformed request line"),
        RequestCase("NUL alone", [UInt8](repeating: 0, count: 100), "400 Malformed request line"),
        RequestCase("no end of NUL", [UInt8](repeating: 0, count: 9000), "400 Malformed request line"),
        RequestCase("a head that is not whole", "GET / HTTP/1.1\r\nHost: a\r\n", "waits"),
    ]

    /// A head whose last field line ends so many bytes after its beginning.
    private static func head(of size: Int) -> String {
        var text = "GET / HTTP/1.1\r\nHost: a\r\n"
        while size - text.utf8.count > 8000 { text += "X: \(String(repeating: "y", count: 4000))\r\n" }
        return text + "X: \(String(repeating: "y", count: size - text.utf8.count - 3))\r\n\r\n"
    }

    static let heads: [RequestCase] = [
        RequestCase("the largest head", head(of: 128 << 10), "GET /"),
        RequestCase("a byte more than the largest head", head(of: (128 << 10) + 1), "431 Header section too large"),
        RequestCase("a head of endless fields", String(head(of: 140_000).dropLast(4)), "431 Header section too large"),
        RequestCase(
            "no end of a field", "GET / HTTP/1.1\r\nX: " + String(repeating: "y", count: 9000),
            "431 Header field too large"),
    ]
}
