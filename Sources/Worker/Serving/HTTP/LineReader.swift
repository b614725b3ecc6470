import Glibc
import Messages

/// Finds lines in bytes that arrive piece by piece. It looks at no byte twice.
struct LineReader {
    /// Where the next line begins.
    var position = 0
    private var searched = 0

    /// The next line, without its CRLF; nil until it has arrived.
    /// - Parameters:
    ///   - limit: bytes, without the CRLF.
    ///   - tooLong: thrown beyond the limit, whether the line's end has arrived or not.
    mutating func next(
        in bytes: Span<UInt8>, limit: Int, tooLong: RequestRejection
    ) throws(RequestRejection) -> Range<Int>? {
        let start = position
        guard let end = Self.lineFeed(in: bytes, from: max(start, searched)) else {
            searched = bytes.count
            if bytes.count - start > limit + 1 { throw tooLong }
            return nil
        }
        if end - start > limit + 1 { throw tooLong }
        guard end > start, bytes[end - 1] == ASCII.carriageReturn else { throw .malformed("Line feed alone") }
        position = end + 1
        searched = position
        return start..<end - 1
    }

    /// Moves on without a line.
    mutating func skip(_ count: Int) {
        position += count
        searched = position
    }

    /// The first `count` bytes have been removed.
    mutating func shift(by count: Int) {
        position -= count
        searched = max(position, searched - count)
    }

    private static func lineFeed(in bytes: Span<UInt8>, from start: Int) -> Int? {
        bytes.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress, start < buffer.count else { return nil }
            let found = memchr(base + start, Int32(ASCII.lineFeed), buffer.count - start)
            return found.map { UnsafeRawPointer($0) - base }
        }
    }
}

extension RequestHead.FieldLine {
    /// Splits a line of a header or trailer section into name and value (RFC 9112, section 5), strictly: no folding, no
    /// space before the colon, no control character.
    static func parse(_ line: Range<Int>, of bytes: Span<UInt8>) throws(RequestRejection) -> RequestHead.FieldLine {
        let index = bytes.end(of: TokenCharacters.contains, in: line)
        guard index > line.lowerBound, index < line.upperBound, bytes[index] == ASCII.colon else {
            throw .malformed("Malformed header field name")
        }
        let name = line.lowerBound..<index
        let value = bytes.trimmed(index + 1..<line.upperBound)
        guard bytes.isFieldValue(value) else { throw .malformed("Malformed header field value") }
        return RequestHead.FieldLine(name: name, value: value)
    }
}
