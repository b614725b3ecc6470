import Messages

/// A whole number of any size, as in JSON and in Python.
public enum Integer: Hashable, Sendable {
    case small(Int)
    /// A number that an `Int` cannot hold: decimal digits without leading zeros, after a minus sign if it is negative.
    case large(String)

    /// The number as an `Int`; nil if it does not fit.
    public var small: Int? {
        if case .small(let value) = self { value } else { nil }
    }

    /// Whether the number is less than zero.
    public var isNegative: Bool {
        switch self {
        case .small(let value): value < 0
        case .large(let digits): digits.utf8.first == UInt8(ascii: "-")
        }
    }

    /// - Parameter step: not zero.
    func isMultiple(of step: Int) -> Bool {
        switch self {
        case .small(let value): return value.isMultiple(of: step)
        case .large(let digits):
            let magnitude = step.magnitude
            var rest: UInt = 0
            for digit in digits.utf8 where digit.isASCIIDigit {
                // Ten times the rest may overflow, so it has twice the width.
                let product = rest.multipliedFullWidth(by: 10)
                let (low, carries) = product.low.addingReportingOverflow(UInt(digit &- UInt8(ascii: "0")))
                rest = magnitude.dividingFullWidth((product.high + (carries ? 1 : 0), low)).remainder
            }
            return rest == 0
        }
    }

    /// - Parameter digits: at least one ASCII digit, and no other character.
    init(isNegative: Bool, digits: some Collection<UInt8>) {
        let significant = digits.drop { $0 == UInt8(ascii: "0") }
        var value = 0
        for digit in significant {
            let (product, overflows) = value.multipliedReportingOverflow(by: 10)
            let step = Int(digit &- UInt8(ascii: "0"))
            let (sum, leaves) =
                isNegative ? product.subtractingReportingOverflow(step) : product.addingReportingOverflow(step)
            guard !overflows, !leaves else {
                self = .large((isNegative ? "-" : "") + String(decoding: significant, as: UTF8.self))
                return
            }
            value = sum
        }
        self = .small(value)
    }
}

extension Integer {
    /// Why a text is not an integer.
    enum ParseError: Error {
        case notAnInteger
        case tooLong
    }

    /// The limit of Python's `int()`.
    static let maximumDigits = 4300

    /// Parses text as pydantic does: white space around the number, a sign, leading zeros, single underscores between digits
    /// and a fraction of zeros are allowed.
    init(text: String) throws(ParseError) {
        if let plain = Integer(plainText: text.utf8.span) {
            self = plain
            return
        }
        var rest = Array(String(text.trimmingWhiteSpace).utf8)[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        if let point = rest.lastIndex(of: UInt8(ascii: ".")) {
            let fraction = rest[(point + 1)...]
            guard !fraction.isEmpty, fraction.allSatisfy({ $0 == UInt8(ascii: "0") }) else { throw .notAnInteger }
            rest = rest[..<point]
        }
        guard Integer.isDigitsWithUnderscores(rest) else { throw .notAnInteger }
        let digits = rest.filter { $0 != UInt8(ascii: "_") }.drop { $0 == UInt8(ascii: "0") }
        guard digits.count <= Integer.maximumDigits else { throw .tooLong }
        self.init(isNegative: isNegative, digits: digits)
    }

    /// A fast path for nearly all integers: 1 to 18 digits. Nil for other text.
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

extension Integer: ExpressibleByIntegerLiteral {
    /// A small number.
    public init(integerLiteral value: Int) { self = .small(value) }
}

extension Integer: CustomStringConvertible {
    /// Decimal digits.
    public var description: String {
        switch self {
        case .small(let value): String(value)
        case .large(let digits): digits
        }
    }
}

extension Integer: Comparable {
    /// Compares the values.
    public static func < (left: Integer, right: Integer) -> Bool {
        switch (left, right) {
        case (.small(let left), .small(let right)): return left < right
        case (.small, .large): return !right.isNegative
        case (.large, .small): return left.isNegative
        case (.large(let leftDigits), .large(let rightDigits)):
            guard left.isNegative == right.isNegative else { return left.isNegative }
            let (short, long) = (leftDigits.utf8.count, rightDigits.utf8.count)
            let isLess = short == long ? leftDigits < rightDigits : short < long
            return left.isNegative ? leftDigits != rightDigits && !isLess : isLess
        }
    }
}

extension String {
    /// The text without leading and trailing white space (Unicode's White_Space).
    var trimmingWhiteSpace: Substring.UnicodeScalarView {
        let rest = unicodeScalars.drop { $0.properties.isWhitespace }
        let last = rest.lastIndex { !$0.properties.isWhitespace }
        return rest[..<(last.map { rest.index(after: $0) } ?? rest.startIndex)]
    }
}
