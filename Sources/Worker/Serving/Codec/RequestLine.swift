import Messages

/// A request line (RFC 9112, section 3), cut into its parts.
struct RequestLine {
    let method: Method
    /// Empty for an absolute target without a path, which stands for `/`.
    let path: Range<Int>
    let query: Range<Int>?
    /// Of an absolute target: it takes the place of the Host field (RFC 9112, section 3.2.2).
    let authority: Range<Int>?
    /// Whether it is HTTP/1.0.
    let isOld: Bool

    /// - Parameters:
    ///   - line: the line's place among the bytes, without its CRLF. The parts' places count from the same zero.
    init(_ line: Range<Int>, of bytes: Span<UInt8>) throws(Refusal) {
        guard let methodEnd = bytes.firstIndex(of: Characters.space, in: line), methodEnd > line.lowerBound else {
            throw .malformed("Malformed request line")
        }
        for index in line.lowerBound..<methodEnd where !Characters.isToken(bytes[index]) {
            throw .malformed("Malformed method")
        }
        let targetStart = methodEnd + 1
        guard let targetEnd = bytes.firstIndex(of: Characters.space, in: targetStart..<line.upperBound),
            targetEnd > targetStart
        else { throw .malformed("Malformed request line") }
        for index in targetStart..<targetEnd where !Characters.isTarget(bytes[index]) {
            throw .malformed("Malformed target")
        }
        isOld = try Self.isOld(version: targetEnd + 1..<line.upperBound, bytes)
        method = Self.method(line.lowerBound..<methodEnd, bytes)

        var pathStart = targetStart
        if bytes[targetStart] == UInt8(ascii: "/") {
            authority = nil
        } else {
            let found = try Self.authority(targetStart..<targetEnd, bytes)
            authority = found
            pathStart = found.upperBound
        }
        if let mark = bytes.firstIndex(of: UInt8(ascii: "?"), in: pathStart..<targetEnd) {
            path = pathStart..<mark
            query = mark + 1..<targetEnd
        } else {
            path = pathStart..<targetEnd
            query = nil
        }
    }

    private static func isOld(version: Range<Int>, _ bytes: Span<UInt8>) throws(Refusal) -> Bool {
        let name: StaticString = "HTTP/"
        guard version.count == 8 else { throw .malformed("Malformed version") }
        let start = version.lowerBound
        for offset in 0..<5 where bytes[start + offset] != name.utf8Start[offset] {
            throw .malformed("Malformed version")
        }
        let (major, minor) = (bytes[start + 5], bytes[start + 7])
        guard Characters.isDigit(major), bytes[start + 6] == UInt8(ascii: "."), Characters.isDigit(minor) else {
            throw .malformed("Malformed version")
        }
        guard major == UInt8(ascii: "1") else {
            throw Refusal(.httpVersionNotSupported, "HTTP version not supported")
        }
        return minor == UInt8(ascii: "0")
    }

    private static func method(_ range: Range<Int>, _ bytes: Span<UInt8>) -> Method {
        func isExactly(_ method: StaticString) -> Bool {
            guard range.count == method.utf8CodeUnitCount else { return false }
            for offset in 0..<range.count where bytes[range.lowerBound + offset] != method.utf8Start[offset] {
                return false
            }
            return true
        }
        if isExactly("GET") { return .get }
        if isExactly("POST") { return .post }
        if isExactly("HEAD") { return .head }
        return Method(rawValue: bytes.text(range))
    }

    /// The authority of an absolute target; other forms but the path alone are not for an origin server.
    private static func authority(_ target: Range<Int>, _ bytes: Span<UInt8>) throws(Refusal) -> Range<Int> {
        for scheme in ["http://", "https://"] as [StaticString] {
            let length = scheme.utf8CodeUnitCount
            guard target.count > length else { continue }
            let start = target.lowerBound + length
            guard bytes.isWord(target.lowerBound..<start, scheme) else { continue }
            var end = start
            while end < target.upperBound, bytes[end] != UInt8(ascii: "/"), bytes[end] != UInt8(ascii: "?") { end += 1 }
            guard Authority.isValid(start..<end, bytes) else { break }
            return start..<end
        }
        throw .malformed("Malformed target")
    }
}
