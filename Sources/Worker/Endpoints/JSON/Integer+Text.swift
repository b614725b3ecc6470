extension Integer {
    /// Why a text is no integer.
    enum Refusal: Error {
        case noInteger
        case tooLong
    }

    /// The most digits that a text may have, as in Python.
    static let maximumDigits = 4300

    /// Reads text as pydantic does: white space around it, a sign, leading zeros, single underscores between digits and
    /// a fraction of zeros are allowed.
    init(text: String) throws(Refusal) {
        if let plain = Integer(plainText: text.utf8.span) {
            self = plain
            return
        }
        var rest = Array(String(text.trimmingWhiteSpace).utf8)[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        if let point = rest.lastIndex(of: UInt8(ascii: ".")) {
            let fraction = rest[(point + 1)...]
            guard !fraction.isEmpty, fraction.allSatisfy({ $0 == UInt8(ascii: "0") }) else { throw .noInteger }
            rest = rest[..<point]
        }
        guard Integer.isDigitsWithUnderscores(rest) else { throw .noInteger }
        let digits = rest.filter { $0 != UInt8(ascii: "_") }.drop { $0 == UInt8(ascii: "0") }
        guard digits.count <= Integer.maximumDigits else { throw .tooLong }
        self.init(isNegative: isNegative, digits: digits)
    }

    /// The text that nearly all integers have: a few digits.
    init?(plainText: Span<UInt8>) {
        guard 1...18 ~= plainText.count else { return nil }
        var value = 0
        for index in plainText.indices {
            let byte = plainText[index]
            guard byte.isASCIIDigit else { return nil }
            value = value * 10 + Int(byte &- UInt8(ascii: "0"))
        }
        self = .small(value)
    }

    private static func isDigitsWithUnderscores(_ bytes: ArraySlice<UInt8>) -> Bool {
        var isAfterDigit = false
        for byte in bytes {
            guard byte.isASCIIDigit || byte == UInt8(ascii: "_") && isAfterDigit else { return false }
            isAfterDigit = byte.isASCIIDigit
        }
        return isAfterDigit
    }
}

extension String {
    /// Without the white space around it, all of Unicode's.
    var trimmingWhiteSpace: Substring.UnicodeScalarView {
        let rest = unicodeScalars.drop { $0.properties.isWhitespace }
        let last = rest.lastIndex { !$0.properties.isWhitespace }
        return rest[..<(last.map { rest.index(after: $0) } ?? rest.startIndex)]
    }
}
