import Messages

/// Extensions of a chunk (RFC 9112, section 7.1.1). What they mean is ignored, but where they end is not in doubt.
enum ChunkExtensions {
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
        bytes.end(of: { $0 == Characters.space || $0 == Characters.tab }, in: start..<range.upperBound)
    }

    private static func endOfToken(_ start: Int, _ range: Range<Int>, _ bytes: Span<UInt8>) -> Int? {
        let end = bytes.end(of: TokenCharacters.contains, in: start..<range.upperBound)
        return end > start ? end : nil
    }

    /// - Parameter start: of the first quotation mark.
    private static func endOfQuoted(_ start: Int, _ range: Range<Int>, _ bytes: Span<UInt8>) -> Int? {
        var index = start + 1
        while true {
            index = bytes.end(of: Characters.isQuotedText, in: index..<range.upperBound)
            guard index < range.upperBound else { return nil }
            if bytes[index] == UInt8(ascii: "\"") { return index + 1 }
            guard bytes[index] == UInt8(ascii: "\\"), index + 1 < range.upperBound,
                Characters.isFieldValue(bytes[index + 1])
            else { return nil }
            index += 2
        }
    }
}
