/// What may stand in the trailer section of chunked content.
enum TrailerField {
    /// Fields that say where a message ends, where it goes, who sends it, or how it is to be read and kept: another reader
    /// may take them into the header section, which is over (RFC 9110, section 6.5.1).
    private static let forbidden: [StaticString] = [
        // Framing and the connection.
        "content-length", "transfer-encoding", "trailer", "te", "connection", "keep-alive", "upgrade",
        // Routing, and what proxies say.
        "host", "forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-port", "x-forwarded-proto",
        "x-real-ip", "via",
        // Who asks, and from where.
        "authorization", "proxy-authorization", "cookie", "origin", "referer",
        // How the content is to be read.
        "content-encoding", "content-type", "content-range", "content-location", "content-disposition",
        // How the request is to be taken.
        "expect", "max-forwards", "range", "if-match", "if-none-match", "if-range", "if-modified-since",
        "if-unmodified-since", "cache-control", "pragma",
    ]

    static func isAllowed(_ name: Range<Int>, of bytes: Span<UInt8>) -> Bool {
        for word in forbidden where bytes.isWord(name, word) { return false }
        return true
    }
}
