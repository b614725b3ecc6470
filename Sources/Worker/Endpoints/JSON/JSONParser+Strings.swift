extension JSONParser {
    /// The string that starts at this quote, and whether it has half a surrogate pair (for which U+FFFD stands).
    mutating func string() throws(JSONError) -> (text: String, isBroken: Bool) {
        let start = index + 1
        index = start
        try skipPlainText(from: start)
        if next == UInt8(ascii: "\"") {
            index += 1
            return (String(decoding: text[start..<(index - 1)], as: UTF8.self), false)
        }
        return try stringWithEscapes(start)
    }

    /// Moves to the next quote, backslash or half of a surrogate pair.
    private mutating func skipPlainText(from start: Int) throws(JSONError) {
        while true {
            guard let byte = next else { throw fault("Unterminated string starting at", at: start - 1) }
            guard byte >= 0x20 else { throw fault("Invalid control character at", at: index) }
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || isHalfOfPair { return }
            index += 1
        }
    }

    private var isHalfOfPair: Bool {
        text[index] == 0xED && text[index + 1] >= 0xA0
    }

    private mutating func stringWithEscapes(_ start: Int) throws(JSONError) -> (text: String, isBroken: Bool) {
        var buffer = Array(text[start..<index])
        var isBroken = false
        while text[index] != UInt8(ascii: "\"") {
            let codePoint: UInt32
            if text[index] == UInt8(ascii: "\\") {
                codePoint = try escape(start)
            } else {
                codePoint = 0xD800
                index += 3
            }
            let isHalf = 0xD800...0xDFFF ~= codePoint
            isBroken = isBroken || isHalf
            buffer.append(codePoint: isHalf ? 0xFFFD : codePoint)
            let plain = index
            try skipPlainText(from: start)
            buffer += text[plain..<index]
        }
        index += 1
        return (String(decoding: buffer, as: UTF8.self), isBroken)
    }

    /// The code point of the escape at this backslash.
    private mutating func escape(_ start: Int) throws(JSONError) -> UInt32 {
        guard index + 1 < text.count else { throw fault("Unterminated string starting at", at: start - 1) }
        let letter = text[index + 1]
        guard letter != UInt8(ascii: "u") else { return try unicodeEscape() }
        guard let codePoint = JSONParser.codePoint(escapedBy: letter) else {
            throw fault("Invalid \\escape", at: index)
        }
        index += 2
        return codePoint
    }

    private static func codePoint(escapedBy letter: UInt8) -> UInt32? {
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): UInt32(letter)
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: nil
        }
    }

    private mutating func unicodeEscape() throws(JSONError) -> UInt32 {
        let first = try unit(at: index)
        index += 6
        guard 0xD800...0xDBFF ~= first, isUnicodeEscape(at: index) else { return first }
        let second = try unit(at: index)
        guard 0xDC00...0xDFFF ~= second else { return first }
        index += 6
        return 0x1_0000 + (first - 0xD800) << 10 + (second - 0xDC00)
    }

    private func isUnicodeEscape(at index: Int) -> Bool {
        index + 1 < text.count && text[index] == UInt8(ascii: "\\") && text[index + 1] == UInt8(ascii: "u")
    }

    /// The four hexadecimal digits of the escape at that backslash, after which something must follow.
    private func unit(at backslash: Int) throws(JSONError) -> UInt32 {
        guard backslash + 6 < text.count else { throw fault("Invalid \\uXXXX escape", at: backslash + 1) }
        var unit: UInt32 = 0
        for byte in text[(backslash + 2)..<(backslash + 6)] {
            guard let digit = byte.hexadecimalValue else { throw fault("Invalid \\uXXXX escape", at: backslash + 1) }
            unit = unit << 4 | UInt32(digit)
        }
        return unit
    }
}
