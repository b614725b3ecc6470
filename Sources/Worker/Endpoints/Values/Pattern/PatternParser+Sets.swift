extension PatternParser {
    /// What stands between brackets, the opening one taken.
    mutating func set() throws(PatternError) -> ScalarSet {
        let isNegated = take("^")
        var ranges: [ClosedRange<UInt32>] = []
        while !take("]") {
            let first = try member()
            guard take("-") else {
                ranges += first.members
                continue
            }
            // A hyphen before the closing bracket means itself.
            if next == "]" {
                ranges += first.members + ScalarSet.hyphen.members
                continue
            }
            let last = try member()
            guard let low = first.single, let high = last.single, low <= high else {
                throw PatternError("a range of a set is none")
            }
            ranges.append(low...high)
        }
        return ScalarSet(ranges, isNegated: isNegated)
    }

    private mutating func member() throws(PatternError) -> ScalarSet {
        let scalar = try take()
        guard scalar == "\\" else { return .only(scalar.value) }
        if take("b") { return .only(0x08) }
        if take("-") { return .hyphen }
        return try escape()
    }

    /// What follows a backslash.
    mutating func escape() throws(PatternError) -> ScalarSet {
        let letter = try take()
        switch letter {
        case "d": return .digit
        case "D": return .digit.negated
        case "w": return .word
        case "W": return .word.negated
        case "s": return .space
        case "S": return .space.negated
        case "t": return .only(0x09)
        case "n": return .only(0x0A)
        case "v": return .only(0x0B)
        case "f": return .only(0x0C)
        case "r": return .only(0x0D)
        case "x": return .only(try hexadecimal(digits: 2))
        case "u": return .only(try codePoint())
        default:
            guard "^$\\.*+?()[]{}|/".unicodeScalars.contains(letter) else {
                throw PatternError("\\\(letter) is not supported")
            }
            return .only(letter.value)
        }
    }

    /// `\u0041` or `\u{41}`.
    private mutating func codePoint() throws(PatternError) -> UInt32 {
        guard take("{") else { return try hexadecimal(digits: 4) }
        var digits = ""
        while !take("}") { digits.unicodeScalars.append(try take()) }
        guard let value = UInt32(digits, radix: 16), value <= 0x10_FFFF else {
            throw PatternError("\\u{\(digits)} is no code point")
        }
        return value
    }

    private mutating func hexadecimal(digits count: Int) throws(PatternError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<count {
            guard let digit = Character(try take()).hexDigitValue else {
                throw PatternError("\\x and \\u want \(count) hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
        }
        return value
    }
}
