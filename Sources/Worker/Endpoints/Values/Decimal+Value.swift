public import FoundationEssentials

extension Decimal: ParameterValue, ResponseValue {
    /// The most significant digits that are read: any number of so many can be held.
    static let mostDigits = 38

    /// A number, or a string of one.
    public static var schema: Schema {
        .any(of: [
            .type("number"),
            Schema([.init("type", "string"), .init("pattern", #"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$"#)]),
        ])
    }

    /// Reads a number, or text of one, with all its digits: at most 38 that count.
    public static func read(_ json: JSON, issues: inout [Issue]) -> Decimal? {
        let text: String
        switch json {
        case .string(let string): text = String(string.trimmingWhiteSpace)
        case .integer(let value): text = value.description
        case .longNumber(let digits): text = digits
        case .number(let value): text = value.pythonText
        default:
            let message = "Decimal input should be an integer, float, string or Decimal object"
            issues.append(Issue("decimal_type", message, input: json))
            return nil
        }
        do throws(DecimalText.Fault) {
            // Foundation's own reader knows no bounds: it drops digits and wraps exponents.
            return Decimal(string: try DecimalText(text).description)
        } catch {
            issues.append(issue(error, json))
            return nil
        }
    }

    /// Writes a string, as pydantic does: many readers of JSON would take a number for a binary one and lose digits. Null
    /// for what is no number.
    public func write(to writer: inout JSONWriter) {
        if isFinite { writer.string(description) } else { writer.null() }
    }

    private static func issue(_ fault: DecimalText.Fault, _ input: JSON) -> Issue {
        switch fault {
        case .noNumber: Issue("decimal_parsing", "Input should be a valid decimal", input: input)
        case .notFinite: Issue("finite_number", "Input should be a finite number", input: input)
        case .tooManyDigits:
            Issue(
                "decimal_max_digits", "Decimal input should have no more than \(mostDigits) digits in total",
                input: input, context: [.init("max_digits", JSON(integerLiteral: mostDigits))])
        case .tooManyPlaces:
            Issue(
                "decimal_max_places",
                "Decimal input should have no more than \(DecimalText.mostPlaces) decimal places", input: input,
                context: [.init("decimal_places", JSON(integerLiteral: DecimalText.mostPlaces))])
        }
    }
}

/// A decimal number's parts: the significand times ten to the exponent. No zeros stand at the significand's end.
struct DecimalText: CustomStringConvertible {
    enum Fault: Error {
        case noNumber
        case notFinite
        case tooManyDigits
        case tooManyPlaces
    }

    /// Of a `Decimal`.
    static let mostPlaces = 128
    private static let largestExponent = 127

    private(set) var isNegative = false
    private(set) var significand: UInt128 = 0
    private(set) var exponent = 0

    /// Reads digits with a sign, a point and an exponent; underscores in it are not looked at, as in Python.
    init(_ text: String) throws(Fault) {
        var rest = text.utf8.filter { $0 != UInt8(ascii: "_") }[...]
        if let sign = rest.first, "+-".utf8.contains(sign) {
            isNegative = sign == UInt8(ascii: "-")
            rest.removeFirst()
        }
        let word = String(decoding: rest, as: UTF8.self).lowercased()
        // Python's may carry digits.
        let digitless = word.drop { !$0.isNumber }.allSatisfy(\.isNumber) ? word.prefix { !$0.isNumber } : ""
        guard !["inf", "infinity"].contains(word), !["nan", "snan"].contains(digitless) else { throw .notFinite }
        let mark = rest.firstIndex { $0 | 0x20 == UInt8(ascii: "e") } ?? rest.endIndex
        let power = try Self.power(rest[mark...].dropFirst(), isThere: mark < rest.endIndex)
        try read(rest[..<mark], power)
    }

    private mutating func read(_ digits: ArraySlice<UInt8>, _ power: Int) throws(Fault) {
        var places = 0
        var isFraction = false
        var count = 0
        // Zeros count only when another digit follows.
        var zeros = 0
        for byte in digits {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if isFraction { places += 1 }
                if byte == UInt8(ascii: "0") {
                    zeros += 1
                    continue
                }
                if significand == 0 { zeros = 0 }
                count += zeros + 1
                guard count <= Decimal.mostDigits else { throw .tooManyDigits }
                for _ in 0...zeros { significand *= 10 }
                significand += UInt128(byte - UInt8(ascii: "0"))
                zeros = 0
            case UInt8(ascii: ".") where !isFraction: isFraction = true
            default: throw .noNumber
            }
        }
        guard digits.contains(where: \.isASCIIDigit) else { throw .noNumber }
        guard significand > 0 else { return }
        exponent = power - places + zeros
        guard exponent >= -Self.mostPlaces else { throw .tooManyPlaces }
        // A `Decimal`'s exponent is small: the zeros go into the significand.
        while exponent > Self.largestExponent {
            guard count < Decimal.mostDigits else { throw .tooManyDigits }
            significand *= 10
            exponent -= 1
            count += 1
        }
    }

    /// Digits and an exponent.
    var description: String { "\(isNegative ? "-" : "")\(significand)e\(exponent)" }

    /// Beyond what can matter, a number that is as large.
    private static func power(_ text: ArraySlice<UInt8>, isThere: Bool) throws(Fault) -> Int {
        guard isThere else { return 0 }
        var digits = text
        let sign = digits.first
        if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { digits.removeFirst() }
        guard !digits.isEmpty, digits.allSatisfy(\.isASCIIDigit) else { throw .noNumber }
        let value = digits.reduce(0) { min(1_000_000_000, $0 * 10 + Int($1 - UInt8(ascii: "0"))) }
        return sign == UInt8(ascii: "-") ? -value : value
    }
}
