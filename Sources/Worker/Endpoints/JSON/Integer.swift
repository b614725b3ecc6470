/// A whole number of any size, as JSON and pydantic know them.
public enum Integer: Hashable, Sendable {
    case small(Int)
    /// One that an `Int` cannot hold, in decimal digits: a minus sign when it is negative, no leading zeros.
    case large(String)

    /// The number as an `Int`; nil when it does not fit.
    public var small: Int? {
        if case .small(let value) = self { value } else { nil }
    }

    /// Whether it is below zero.
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
                // Twice the width holds ten times any rest.
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
    /// By value.
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
