import Glibc

/// Finds lines in bytes that arrive piece by piece, and looks at no byte twice.
struct LineReader {
    /// Where the next line begins.
    var position = 0
    private var searched = 0

    /// The next line, without its CRLF; nil until it has arrived.
    /// - Parameters:
    ///   - limit: of its bytes, the CRLF not counted.
    ///   - tooLong: thrown beyond the limit, whether the line's end has arrived or not.
    mutating func next(
        in bytes: Span<UInt8>, limit: Int, tooLong: Refusal
    ) throws(Refusal) -> Range<Int>? {
        let start = position
        guard let end = Self.lineFeed(in: bytes, from: max(start, searched)) else {
            searched = bytes.count
            if bytes.count - start > limit + 1 { throw tooLong }
            return nil
        }
        if end - start > limit + 1 { throw tooLong }
        guard end > start, bytes[end - 1] == Characters.carriageReturn else { throw .malformed("Line feed alone") }
        position = end + 1
        searched = position
        return start..<end - 1
    }

    /// Moves on without a line.
    mutating func skip(_ count: Int) {
        position += count
        searched = position
    }

    /// After the first `count` bytes have been taken away.
    mutating func shift(by count: Int) {
        position -= count
        searched = max(position, searched - count)
    }

    private static func lineFeed(in bytes: Span<UInt8>, from start: Int) -> Int? {
        bytes.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress, start < buffer.count else { return nil }
            let found = memchr(base + start, Int32(Characters.lineFeed), buffer.count - start)
            return found.map { UnsafeRawPointer($0) - base }
        }
    }
}
