import Messages

/// Field lines of a header or trailer section (RFC 9112, section 5).
enum FieldLine {
    /// Cuts a line into name and value, strictly: no folding, no space before the colon, no control character.
    static func parse(_ line: Range<Int>, of bytes: Span<UInt8>) throws(Refusal) -> RequestHead.FieldLine {
        let index = bytes.end(of: TokenCharacters.contains, in: line)
        guard index > line.lowerBound, index < line.upperBound, bytes[index] == Characters.colon else {
            throw .malformed("Malformed header field name")
        }
        let name = line.lowerBound..<index
        let value = bytes.trimmed(index + 1..<line.upperBound)
        guard bytes.isFieldValue(value) else { throw .malformed("Malformed header field value") }
        return RequestHead.FieldLine(name: name, value: value)
    }
}
