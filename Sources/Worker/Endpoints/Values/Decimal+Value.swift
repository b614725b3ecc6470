import Messages
public import FoundationEssentials

extension Decimal: ParameterValue, ResponseValue {
    /// In significant digits. A `Decimal` can hold any number with so many.
    fileprivate static let maximumDigits = 38

    /// A number, or a string of one.
    public static var schema: Schema {
        .any(of: [
            .type("number"),
            Schema([.init("type", "string"), .init("pattern", #"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$"#)]),
        ])
    }

    /// Reads a number or its text without rounding. It may have 38 significant digits.
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
        do throws(ParsedDecimal.ParseError) {
            // Foundation's parser silently drops digits and wraps exponents, so it gets only what fits.
            return Decimal(string: try ParsedDecimal(text).description)
        } catch {
            issues.append(issue(error, json))
            return nil
        }
    }

    /// Writes a string, as pydantic does: many JSON parsers would read a number as binary and lose digits. NaN is written as
    /// null.
    public func write(to writer: inout JSONWriter) {
        if isFinite { writer.string(description) } else { writer.null() }
    }

    private static func issue(_ error: ParsedDecimal.ParseError, _ input: JSON) -> Issue {
        switch error {
        case .notANumber: Issue("decimal_parsing", "Input should be a valid decimal", input: input)
        case .notFinite: Issue("finite_number", "Input should be a finite number", input: input)
        case .tooManyDigits:
            Issue(
                "decimal_max_digits", "Decimal input should have no more than \(maximumDigits) digits in total",
                input: input, context: [.init("max_digits", JSON(integerLiteral: maximumDigits))])
        case .tooManyPlaces:
            Issue(
                "decimal_max_places",
                "Decimal input should have no more than \(ParsedDecimal.maximumPlaces) decimal places", input: input,
                context: [.init("decimal_places", JSON(integerLiteral: ParsedDecimal.maximumPlaces))])
        }
    }
}

/// The parts of a decimal number: the significand, without trailing zeros, times ten to the power of the exponent.
private struct ParsedDecimal: CustomStringConvertible {
    enum ParseError: Error {
        case notANumber
        case notFinite
        case tooManyDigits
        case tooManyPlaces
    }

    /// The limits of `Decimal`.
    static let maximumPlaces = 128
    private static let largestExponent = 127

    private(set) var isNegative = false
    private(set) var significand: UInt128 = 0
    private(set) var exponent = 0

    /// Parses digits with a sign, a point and an exponent. Underscores are ignored, as in Python.
    init(_ text: String) throws(ParseError) {
        var rest = text.utf8.filter { $0 != UInt8(ascii: "_") }[...]
        if let sign = rest.first, "+-".utf8.contains(sign) {
            isNegative = sign == UInt8(ascii: "-")
            rest.removeFirst()
        }
        let word = String(decoding: rest, as: UTF8.self).lowercased()
        // In Python, digits may follow NaN.
        let digitless = word.drop { !$0.isNumber }.allSatisfy(\.isNumber) ? word.prefix { !$0.isNumber } : ""
        guard !["inf", "infinity"].contains(word), !["nan", "snan"].contains(digitless) else { throw .notFinite }
        let mark = rest.firstIndex { $0 | 0x20 == UInt8(ascii: "e") } ?? rest.endIndex
        let power = try Self.power(rest[mark...].dropFirst(), isPresent: mark < rest.endIndex)
        try read(rest[..<mark], power)
    }

    private mutating func read(_ digits: ArraySlice<UInt8>, _ power: Int) throws(ParseError) {
        var places = 0
        var isFraction = false
        var count = 0
        // Zeros count only if another digit follows.
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
                guard count <= Decimal.maximumDigits else { throw .tooManyDigits }
                for _ in 0...zeros { significand *= 10 }
                significand += UInt128(byte - UInt8(ascii: "0"))
                zeros = 0
            case UInt8(ascii: ".") where !isFraction: isFraction = true
            default: throw .notANumber
            }
        }
        guard digits.contains(where: \.isASCIIDigit) else { throw .notANumber }
        guard significand > 0 else { return }
        exponent = power - places + zeros
        guard exponent >= -Self.maximumPlaces else { throw .tooManyPlaces }
        // The exponent of a `Decimal` is small, so zeros go into the significand.
        while exponent > Self.largestExponent {
            guard count < Decimal.maximumDigits else { throw .tooManyDigits }
            significand *= 10
            exponent -= 1
            count += 1
        }
    }

    /// `-12e3`
    var description: String { "\(isNegative ? "-" : "")\(significand)e\(exponent)" }

    /// The exponent. It stops at a thousand million, which is out of range anyway.
    private static func power(_ text: ArraySlice<UInt8>, isPresent: Bool) throws(ParseError) -> Int {
        guard isPresent else { return 0 }
        var digits = text
        let sign = digits.first
        if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { digits.removeFirst() }
        guard !digits.isEmpty, digits.allSatisfy(\.isASCIIDigit) else { throw .notANumber }
        let value = digits.reduce(0) { min(1_000_000_000, $0 * 10 + Int($1 - UInt8(ascii: "0"))) }
        return sign == UInt8(ascii: "-") ? -value : value
    }
}
