import Messages

/// A chunked body (RFC 9112, section 7.1): what is expected next, and what has been spent of its limits.
struct ChunkedContent {
    private enum Stage {
        case size
        case data(remaining: Int)
        case dataEnd
        case trailers
    }

    /// Bytes of content that may still come.
    private var room: Int
    private var stage = Stage.size
    private var extensionBytes = 0
    private var trailerLines = 0

    /// - Parameter limit: of bytes of content.
    init(limit: Int) {
        room = limit
    }

    /// Decodes as far as the bytes go.
    /// - Parameters:
    ///   - body: gets the content.
    /// - Returns: whether the body is complete, its trailer section read and dropped (RFC 9110, section 6.5.1).
    mutating func decode(
        _ bytes: Span<UInt8>, _ lines: inout LineReader, into body: inout [UInt8], limits: Limits
    ) throws(Refusal) -> Bool {
        while true {
            switch stage {
            case .size:
                let tooLong = Refusal.malformed("Chunk size line too long")
                guard let line = try lines.next(in: bytes, limit: limits.chunkLine, tooLong: tooLong) else {
                    return false
                }
                let size = try size(line, bytes, limits)
                guard size <= room else { throw .bodyTooLarge }
                room -= size
                stage = size == 0 ? .trailers : .data(remaining: size)
            case .data(let remaining):
                let count = min(remaining, bytes.count - lines.position)
                if count == 0 { return false }
                body.append(bytes, lines.position..<lines.position + count)
                lines.skip(count)
                stage = count == remaining ? .dataEnd : .data(remaining: remaining - count)
            case .dataEnd:
                let notAtEnd = Refusal.malformed("Chunk longer than its size")
                guard let line = try lines.next(in: bytes, limit: 0, tooLong: notAtEnd) else { return false }
                guard line.isEmpty else { throw notAtEnd }
                stage = .size
            case .trailers:
                guard let line = try lines.next(in: bytes, limit: limits.fieldLine, tooLong: .fieldTooLarge) else {
                    return false
                }
                if line.isEmpty { return true }
                trailerLines += 1
                guard trailerLines <= limits.fieldLines else { throw .tooManyFields }
                let field = try FieldLine.parse(line, of: bytes)
                guard TrailerField.isAllowed(field.name, of: bytes) else { throw .malformed("Forbidden trailer field") }
            }
        }
    }

    /// Reads hexadecimal digits, and checks the extensions after them, which nobody here knows.
    private mutating func size(
        _ line: Range<Int>, _ bytes: Span<UInt8>, _ limits: Limits
    ) throws(Refusal) -> Int {
        let malformed = Refusal.malformed("Malformed chunk size")
        var size = 0
        var index = line.lowerBound
        while index < line.upperBound, let digit = Characters.hexadecimal(bytes[index]) {
            // Past every limit already: more digits only make it larger.
            if size < 1 << 56 { size = size << 4 | digit }
            index += 1
        }
        guard index > line.lowerBound else { throw malformed }
        if index < line.upperBound {
            guard bytes[index] == UInt8(ascii: ";") else { throw malformed }
            guard ChunkExtensions.isValid(index..<line.upperBound, bytes) else {
                throw .malformed("Malformed chunk extension")
            }
            extensionBytes += line.upperBound - index
            guard extensionBytes <= limits.chunkExtensions else { throw .malformed("Too many chunk extensions") }
        }
        return size
    }
}

extension [UInt8] {
    mutating func append(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        bytes.extracting(range).withUnsafeBufferPointer { append(contentsOf: $0) }
    }
}
