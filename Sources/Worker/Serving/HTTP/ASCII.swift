import Glibc
import Messages

/// Bytes and byte classes of the grammars of HTTP and URIs. Names are made of `TokenCharacters`.
enum ASCII {
    static let carriageReturn = UInt8(ascii: "\r")
    static let lineFeed = UInt8(ascii: "\n")
    static let space = UInt8(ascii: " ")
    static let tab = UInt8(ascii: "\t")
    static let colon = UInt8(ascii: ":")
    static let comma = UInt8(ascii: ",")

    /// A byte of a field value (RFC 9110, section 5.5): visible characters, obs-text, space and tab.
    static func isFieldValue(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != 0x7f || byte == tab
    }

    /// Whether one of eight bytes is below 0x20 or is 0x7f. It may be true by mistake when a byte follows 0x20.
    static func mayHoldControl(_ word: UInt64) -> Bool {
        let each: UInt64 = 0x0101_0101_0101_0101
        let high = each << 7
        let delete = word ^ each &* 0x7f
        return ((word &- each &* 0x20) & ~word | (delete &- each) & ~delete) & high != 0
    }

    /// A byte of a request target: visible ASCII without `#`. Other bytes must be percent-encoded (RFC 3986, section 2), or two
    /// servers may read them in two ways.
    static func isTarget(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7f && byte != UInt8(ascii: "#")
    }

    /// A byte of a quoted string that needs no backslash (qdtext of RFC 9110, section 5.6.4).
    static func isQuotedText(_ byte: UInt8) -> Bool {
        isFieldValue(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// Unreserved characters and sub-delims: the bytes of a registered name but for `%` (RFC 3986, section 3.2.2).
    @inline(__always) static func isRegisteredName(_ byte: UInt8) -> Bool {
        guard byte < 0x80 else { return false }
        // One bit for each of the bytes 0 to 63, and 64 to 127: letters, digits and -._~!$&'()*+,;=
        let bits: UInt64 = byte < 64 ? 0x2bff_7fd2_0000_0000 : 0x47ff_fffe_87ff_fffe
        return bits >> UInt64(byte & 63) & 1 == 1
    }
}

extension Span<UInt8> {
    /// Whether the bytes of a range are that word, compared without regard to case.
    /// - Parameter word: in lower case.
    func isWord(_ range: Range<Int>, _ word: StaticString) -> Bool {
        guard range.count == word.utf8CodeUnitCount else { return false }
        return extracting(range).withUnsafeBufferPointer { bytes in
            for offset in bytes.indices {
                if bytes[offset].asciiLowercased != word.utf8Start[offset] { return false }
            }
            return true
        }
    }

    /// The index of the first byte of a range that is not of that class; the range's end when all are.
    @inline(__always) func end(of isPart: (UInt8) -> Bool, in range: Range<Int>) -> Int {
        extracting(range).withUnsafeBufferPointer { bytes in
            var index = 0
            while index < bytes.count, isPart(bytes[index]) { index += 1 }
            return range.lowerBound + index
        }
    }

    /// Whether all bytes of a range are valid in a field value. It looks at eight bytes at a time: most of what clients send is
    /// field values.
    func isFieldValue(_ range: Range<Int>) -> Bool {
        withUnsafeBytes { bytes in
            var index = range.lowerBound
            while range.upperBound - index >= 8 {
                let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                if ASCII.mayHoldControl(word) {
                    for byte in bytes[index..<index + 8] where !ASCII.isFieldValue(byte) { return false }
                }
                index += 8
            }
            return bytes[index..<range.upperBound].allSatisfy(ASCII.isFieldValue)
        }
    }

    /// Whether the bytes of a range are that word. Both must have the same length.
    func isExactly(_ range: Range<Int>, _ word: StaticString) -> Bool {
        extracting(range).withUnsafeBytes { bytes in
            bytes.baseAddress.map { memcmp($0, word.utf8Start, bytes.count) == 0 } ?? true
        }
    }

    /// The range without the spaces and tabs around it.
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        var end = range.upperBound
        while start < end, self[start] == ASCII.space || self[start] == ASCII.tab { start += 1 }
        while start < end, self[end - 1] == ASCII.space || self[end - 1] == ASCII.tab { end -= 1 }
        return start..<end
    }

    /// The first index of a byte within a range.
    func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
        let index = end(of: { $0 != byte }, in: range)
        return index < range.upperBound ? index : nil
    }

    /// The next item of a comma-separated list (RFC 9110, section 5.6.1), possibly empty.
    /// - Parameter rest: what follows the item; nil after the last.
    func takeItem(_ rest: inout Range<Int>?) -> Range<Int>? {
        guard let range = rest else { return nil }
        let end = firstIndex(of: ASCII.comma, in: range)
        rest = end.map { $0 + 1..<range.upperBound }
        return trimmed(range.lowerBound..<(end ?? range.upperBound))
    }

    /// The bytes of a range as text.
    func text(_ range: Range<Int>) -> String {
        extracting(range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }
}

// Ranges within the bytes of a head.
extension Range<Int> {
    /// The same range, counted from a later origin.
    func relative(to origin: Int) -> Range<Int> {
        lowerBound - origin..<upperBound - origin
    }
}

extension RequestHead.FieldLine {
    func relative(to origin: Int) -> RequestHead.FieldLine {
        RequestHead.FieldLine(name: name.relative(to: origin), value: value.relative(to: origin))
    }
}
