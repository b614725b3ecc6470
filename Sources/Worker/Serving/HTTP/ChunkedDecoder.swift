import Messages

/// Decodes a chunked body (RFC 9112, section 7.1), whatever the pieces that it arrives in.
struct ChunkedDecoder {
    private enum Stage {
        case size
        case data(remaining: Int)
        case dataEnd
        case trailers
    }

    /// Bytes of content that may still come.
    private var remainingLimit: Int
    private var stage = Stage.size
    private var extensionBytes = 0
    private var trailerLines = 0

    /// - Parameter limit: of bytes of content.
    init(limit: Int) {
        remainingLimit = limit
    }

    /// Decodes as far as the bytes go.
    /// - Parameter body: gets the content.
    /// - Returns: whether the body is complete, its trailer section read and dropped (RFC 9110, section 6.5.1).
    mutating func decode(
        _ bytes: Span<UInt8>, _ lines: inout LineReader, into body: inout [UInt8], limits: RequestLimits
    ) throws(RequestRejection) -> Bool {
        while true {
            switch stage {
            case .size:
                let tooLong = RequestRejection.malformed("Chunk size line too long")
                guard let line = try lines.next(in: bytes, limit: limits.chunkLine, tooLong: tooLong) else {
                    return false
                }
                let size = try size(line, bytes, limits)
                guard size <= remainingLimit else { throw .bodyTooLarge }
                remainingLimit -= size
                stage = size == 0 ? .trailers : .data(remaining: size)
            case .data(let remaining):
                let count = min(remaining, bytes.count - lines.position)
                if count == 0 { return false }
                body.append(bytes, lines.position..<lines.position + count)
                lines.skip(count)
                stage = count == remaining ? .dataEnd : .data(remaining: remaining - count)
            case .dataEnd:
                let notAtEnd = RequestRejection.malformed("Chunk longer than its size")
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
                let field = try RequestHead.FieldLine.parse(line, of: bytes)
                guard TrailerField.isAllowed(field.name, of: bytes) else { throw .malformed("Forbidden trailer field") }
            }
        }
    }

    /// Parses the size, and checks the extensions after it.
    private mutating func size(
        _ line: Range<Int>, _ bytes: Span<UInt8>, _ limits: RequestLimits
    ) throws(RequestRejection) -> Int {
        let malformed = RequestRejection.malformed("Malformed chunk size")
        var size = 0
        var index = line.lowerBound
        while index < line.upperBound, let digit = bytes[index].hexadecimalValue {
            // Past every limit already: more digits only make it larger.
            if size < 1 << 56 { size = size << 4 | Int(digit) }
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

/// Chunk extensions (RFC 9112, section 7.1.1). Their meaning is ignored, but there must be no doubt where they end.
private enum ChunkExtensions {
    /// Whether it is `*( BWS ";" BWS token [ BWS "=" BWS ( token / quoted-string ) ] )`.
    static func isValid(_ range: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
        var index = range.lowerBound
        while index < range.upperBound {
            index = skipSpace(index, range, bytes)
            guard index < range.upperBound, bytes[index] == UInt8(ascii: ";") else { return false }
            guard let nameEnd = endOfToken(skipSpace(index + 1, range, bytes), range, bytes) else { return false }
            index = nameEnd
            let sign = skipSpace(index, range, bytes)
            guard sign < range.upperBound, bytes[sign] == UInt8(ascii: "=") else { continue }
            let value = skipSpace(sign + 1, range, bytes)
            let isQuoted = value < range.upperBound && bytes[value] == UInt8(ascii: "\"")
            guard let end = isQuoted ? endOfQuoted(value, range, bytes) : endOfToken(value, range, bytes) else {
                return false
            }
            index = end
        }
        return true
    }

    private static func skipSpace(_ start: Int, _ range: Range<Int>, _ bytes: Span<UInt8>) -> Int {
        bytes.end(of: { $0 == ASCII.space || $0 == ASCII.tab }, in: start..<range.upperBound)
    }

    private static func endOfToken(_ start: Int, _ range: Range<Int>, _ bytes: Span<UInt8>) -> Int? {
        let end = bytes.end(of: TokenCharacters.contains, in: start..<range.upperBound)
        return end > start ? end : nil
    }

    /// - Parameter start: of the first quotation mark.
    private static func endOfQuoted(_ start: Int, _ range: Range<Int>, _ bytes: Span<UInt8>) -> Int? {
        var index = start + 1
        while true {
            index = bytes.end(of: ASCII.isQuotedText, in: index..<range.upperBound)
            guard index < range.upperBound else { return nil }
            if bytes[index] == UInt8(ascii: "\"") { return index + 1 }
            guard bytes[index] == UInt8(ascii: "\\"), index + 1 < range.upperBound,
                ASCII.isFieldValue(bytes[index + 1])
            else { return nil }
            index += 2
        }
    }
}

/// Which fields a trailer section may have.
private enum TrailerField {
    /// Fields of framing, routing, authentication, and on how to process the message: another recipient may merge them into the
    /// header section, which has been processed (RFC 9110, section 6.5.1).
    private static let forbidden: [StaticString] = [
        // Framing and the connection.
        "content-length", "transfer-encoding", "trailer", "te", "connection", "keep-alive", "upgrade",
        // Routing, and fields of proxies.
        "host", "forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-port", "x-forwarded-proto",
        "x-real-ip", "via",
        // Authentication and origin.
        "authorization", "proxy-authorization", "cookie", "origin", "referer",
        // Representation of the content.
        "content-encoding", "content-type", "content-range", "content-location", "content-disposition",
        // Request modifiers.
        "expect", "max-forwards", "range", "if-match", "if-none-match", "if-range", "if-modified-since",
        "if-unmodified-since", "cache-control", "pragma",
    ]

    static func isAllowed(_ name: Range<Int>, of bytes: Span<UInt8>) -> Bool {
        for word in forbidden where bytes.isWord(name, word) { return false }
        return true
    }
}

extension [UInt8] {
    mutating func append(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        bytes.extracting(range).withUnsafeBufferPointer { append(contentsOf: $0) }
    }
}
