extension JSONParser {
    /// A string, number or word.
    mutating func scalar() throws(JSONError) -> JSON {
        switch next {
        case UInt8(ascii: "\""):
            let (text, isBroken) = try string()
            return isBroken ? .brokenString(text) : .string(text)
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func word(_ word: String, _ value: JSON) throws(JSONError) -> JSON {
        guard text[index...].starts(with: word.utf8) else { throw fault("Expecting value", at: index) }
        index += word.utf8.count
        return value
    }

    private mutating func number() throws(JSONError) -> JSON {
        let start = index
        let isNegative = next == UInt8(ascii: "-")
        if isNegative { index += 1 }
        let digits = index
        if next == UInt8(ascii: "0") {
            index += 1
        } else {
            skipDigits()
        }
        guard index > digits else {
            index = start
            throw fault("Expecting value", at: start)
        }
        let whole = text[digits..<index]
        skipFraction()
        skipExponent()
        guard index == whole.endIndex else {
            // The grammar is Swift's too; what is too large reads as infinite, what is too small as zero.
            let text = String(decoding: text[start..<index], as: UTF8.self)
            let value = Double(text) ?? .infinity
            // What is this short has at most 15 digits, which a `Double` always gives back.
            guard text.utf8.count > 16, value.isFinite else { return .number(value) }
            return SignificantDigits(text) == SignificantDigits(value.description) ? .number(value) : .longNumber(text)
        }
        guard whole.count <= Integer.maximumDigits else { throw .unreadable("a number with too many digits") }
        return .integer(Integer(isNegative: isNegative, digits: whole))
    }

    private mutating func skipDigits() {
        while next?.isASCIIDigit == true { index += 1 }
    }

    private mutating func skipFraction() {
        guard next == UInt8(ascii: "."), isDigit(at: index + 1) else { return }
        index += 1
        skipDigits()
    }

    private mutating func skipExponent() {
        guard next == UInt8(ascii: "e") || next == UInt8(ascii: "E") else { return }
        let sign = index + 1 < text.count ? text[index + 1] : 0
        let isSigned = sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-")
        guard isDigit(at: index + (isSigned ? 2 : 1)) else { return }
        index += isSigned ? 2 : 1
        skipDigits()
    }

    private func isDigit(at index: Int) -> Bool {
        index < text.count && text[index].isASCIIDigit
    }
}

/// A number's digits without zeros around them, and the power of ten that the last one stands for.
private struct SignificantDigits: Equatable {
    private var digits: [UInt8] = []
    private var power = 0

    /// - Parameter text: as JSON has it.
    init(_ text: String) {
        let mark = text.utf8.firstIndex { $0 | 0x20 == UInt8(ascii: "e") } ?? text.endIndex
        // An exponent beyond what an `Int` holds comes with zero or infinity only.
        power = Int(text[mark...].dropFirst()) ?? 0
        var isFraction = false
        for byte in text.utf8[..<mark] {
            if byte == UInt8(ascii: ".") { isFraction = true }
            guard byte.isASCIIDigit else { continue }
            if isFraction { power -= 1 }
            if !digits.isEmpty || byte != UInt8(ascii: "0") { digits.append(byte) }
        }
        while digits.last == UInt8(ascii: "0") {
            digits.removeLast()
            power += 1
        }
        if digits.isEmpty { power = 0 }
    }
}
