import Messages

/// A request line (RFC 9112, section 3), split into its parts.
struct RequestLine {
    let method: Method
    /// Empty for an absolute target without a path, which stands for `/`, or for `*` with OPTIONS.
    private(set) var path: Range<Int>
    private(set) var query: Range<Int>?
    /// Of an absolute target: it takes the place of the Host field (RFC 9112, section 3.2.2).
    private(set) var authority: Range<Int>?
    /// Whether it is HTTP/1.0.
    let isHTTP10: Bool

    /// - Parameters:
    ///   - line: the line's range in the bytes, without its CRLF. The parts' ranges count from the same origin.
    init(_ line: Range<Int>, of bytes: Span<UInt8>) throws(RequestRejection) {
        let method = line.lowerBound..<(try Self.endOfMethod(line, bytes))
        let target = method.upperBound + 1..<(try Self.endOfTarget(method.upperBound + 1..<line.upperBound, bytes))
        isHTTP10 = try Self.isHTTP10(target.upperBound + 1..<line.upperBound, bytes)
        self.method = Self.method(method, bytes)
        // What follows would not be HTTP, so nothing of it is read.
        // The first letter is compared first: most methods are others, and to compare them whole costs more.
        if bytes[method.lowerBound] == UInt8(ascii: "C"), self.method == .connect {
            throw RequestRejection(.notImplemented, "CONNECT not implemented")
        }

        var pathStart = target.lowerBound
        if bytes[pathStart] == UInt8(ascii: "/") {
            authority = nil
        } else if self.method == .options, target.count == 1, bytes[pathStart] == UInt8(ascii: "*") {
            // Of the whole server (RFC 9112, section 3.2.4).
            authority = nil
            path = target
            query = nil
            return
        } else {
            let found = try Self.authority(target, bytes)
            authority = found
            pathStart = found.upperBound
        }
        if let mark = bytes.firstIndex(of: UInt8(ascii: "?"), in: pathStart..<target.upperBound) {
            path = pathStart..<mark
            query = mark + 1..<target.upperBound
        } else {
            path = pathStart..<target.upperBound
            query = nil
        }
    }

    /// With ranges that count from a later origin.
    consuming func relative(to origin: Int) -> RequestLine {
        path = path.relative(to: origin)
        query = query?.relative(to: origin)
        authority = authority?.relative(to: origin)
        return self
    }

    /// The index of the space after the method.
    private static func endOfMethod(_ line: Range<Int>, _ bytes: Span<UInt8>) throws(RequestRejection) -> Int {
        let index = bytes.end(of: TokenCharacters.contains, in: line)
        guard index > line.lowerBound, index < line.upperBound else { throw .malformed("Malformed request line") }
        guard bytes[index] == ASCII.space else { throw .malformed("Malformed method") }
        return index
    }

    /// The index of the space after the target.
    private static func endOfTarget(_ rest: Range<Int>, _ bytes: Span<UInt8>) throws(RequestRejection) -> Int {
        let index = bytes.end(of: ASCII.isTarget, in: rest)
        guard index > rest.lowerBound, index < rest.upperBound else { throw .malformed("Malformed request line") }
        guard bytes[index] == ASCII.space else { throw .malformed("Malformed target") }
        return index
    }

    private static func isHTTP10(_ version: Range<Int>, _ bytes: Span<UInt8>) throws(RequestRejection) -> Bool {
        let start = version.lowerBound
        guard version.count == 8, bytes.isExactly(start..<start + 5, "HTTP/") else {
            throw .malformed("Malformed version")
        }
        let (major, minor) = (bytes[start + 5], bytes[start + 7])
        guard major.isASCIIDigit, bytes[start + 6] == UInt8(ascii: "."), minor.isASCIIDigit else {
            throw .malformed("Malformed version")
        }
        guard major == UInt8(ascii: "1") else {
            throw RequestRejection(.httpVersionNotSupported, "HTTP version not supported")
        }
        return minor == UInt8(ascii: "0")
    }

    private static func method(_ range: Range<Int>, _ bytes: Span<UInt8>) -> Method {
        switch range.count {
        case 3 where bytes.isExactly(range, "GET"): .get
        case 3 where bytes.isExactly(range, "PUT"): .put
        case 4 where bytes.isExactly(range, "POST"): .post
        case 4 where bytes.isExactly(range, "HEAD"): .head
        default: Method(rawValue: bytes.text(range))
        }
    }

    /// The authority of an absolute target. Other forms, but for a path and OPTIONS' `*`, are not for an origin server.
    private static func authority(_ target: Range<Int>, _ bytes: Span<UInt8>) throws(RequestRejection) -> Range<Int> {
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
