/// Converts a JSON text to UTF-8 from UTF-8, UTF-16 or UTF-32 (detected as RFC 4627, section 3, describes).
///
/// Surrogates that are not paired are kept as three bytes (from ED A0 80 on), as Python's `surrogatepass` does: a JSON string
/// may have one.
enum JSONTranscoder {
    /// Nil if the bytes are not Unicode text.
    static func utf8(from bytes: [UInt8]) -> [UInt8]? {
        if bytes.starts(with: [0, 0, 0xFE, 0xFF]) { return units32(bytes.dropFirst(4), isBigEndian: true) }
        if bytes.starts(with: [0xFF, 0xFE, 0, 0]) { return units32(bytes.dropFirst(4), isBigEndian: false) }
        if bytes.starts(with: [0xFE, 0xFF]) { return units16(bytes.dropFirst(2), isBigEndian: true) }
        if bytes.starts(with: [0xFF, 0xFE]) { return units16(bytes.dropFirst(2), isBigEndian: false) }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return isUTF8(bytes) ? Array(bytes.dropFirst(3)) : nil }
        // JSON starts with two ASCII characters, so the zeros in the first four bytes tell the encoding.
        if bytes.count >= 4 {
            if bytes[0] == 0 {
                return bytes[1] == 0 ? units32(bytes[...], isBigEndian: true) : units16(bytes[...], isBigEndian: true)
            }
            if bytes[1] == 0 {
                let isWide = bytes[2] == 0 && bytes[3] == 0
                return isWide ? units32(bytes[...], isBigEndian: false) : units16(bytes[...], isBigEndian: false)
            }
        } else if bytes.count == 2, bytes[0] == 0 || bytes[1] == 0 {
            return units16(bytes[...], isBigEndian: bytes[0] == 0)
        }
        return isUTF8(bytes) ? bytes : nil
    }

    /// Whether this is UTF-8. Encoded surrogates are allowed.
    private static func isUTF8(_ bytes: [UInt8]) -> Bool {
        var index = 0
        while index < bytes.count {
            let first = bytes[index]
            if first < 0x80 {
                index += 1
                continue
            }
            let (count, lowest): (Int, UInt32)
            switch first {
            case 0xC2...0xDF: (count, lowest) = (2, 0x80)
            case 0xE0...0xEF: (count, lowest) = (3, 0x800)
            case 0xF0...0xF4: (count, lowest) = (4, 0x1_0000)
            default: return false
            }
            guard index + count <= bytes.count else { return false }
            var scalar = UInt32(first) & (0xFF >> UInt32(count + 1))
            for byte in bytes[(index + 1)..<(index + count)] {
                guard byte & 0xC0 == 0x80 else { return false }
                scalar = scalar << 6 | UInt32(byte & 0x3F)
            }
            guard scalar >= lowest, scalar <= 0x10_FFFF else { return false }
            index += count
        }
        return true
    }

    private static func units16(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool) -> [UInt8]? {
        guard bytes.count.isMultiple(of: 2) else { return nil }
        var result = [UInt8]()
        var high: UInt32?
        for index in stride(from: bytes.startIndex, to: bytes.endIndex, by: 2) {
            let (first, second) = (UInt32(bytes[index]), UInt32(bytes[index + 1]))
            let unit = isBigEndian ? first << 8 | second : second << 8 | first
            if let waiting = high, 0xDC00...0xDFFF ~= unit {
                result.append(codePoint: 0x1_0000 + (waiting - 0xD800) << 10 + (unit - 0xDC00))
                high = nil
                continue
            }
            if let waiting = high { result.append(codePoint: waiting) }
            high = 0xD800...0xDBFF ~= unit ? unit : nil
            if high == nil { result.append(codePoint: unit) }
        }
        // Like Python's decoder: a text that ends with half of a surrogate pair is not complete.
        return high == nil ? result : nil
    }

    private static func units32(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool) -> [UInt8]? {
        guard bytes.count.isMultiple(of: 4) else { return nil }
        var result = [UInt8]()
        for index in stride(from: bytes.startIndex, to: bytes.endIndex, by: 4) {
            let unit = bytes[index..<(index + 4)]
            let point = (isBigEndian ? Array(unit) : unit.reversed()).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            guard point <= 0x10_FFFF else { return nil }
            result.append(codePoint: point)
        }
        return result
    }
}

extension [UInt8] {
    /// Appends the UTF-8 of a code point. A surrogate becomes three bytes.
    mutating func append(codePoint: UInt32) {
        let last = UInt8(0x80 | codePoint & 0x3F)
        switch codePoint {
        case ..<0x80: append(UInt8(codePoint))
        case ..<0x800: self += [UInt8(0xC0 | codePoint >> 6), last]
        case ..<0x1_0000: self += [UInt8(0xE0 | codePoint >> 12), UInt8(0x80 | codePoint >> 6 & 0x3F), last]
        default:
            self += [
                UInt8(0xF0 | codePoint >> 18), UInt8(0x80 | codePoint >> 12 & 0x3F),
                UInt8(0x80 | codePoint >> 6 & 0x3F), last,
            ]
        }
    }
}
