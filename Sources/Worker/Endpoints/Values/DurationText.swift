/// Reads durations as pydantic does: of ISO 8601 (`P1DT2H30M`), in days (`3 days`), or as a clock's time (`01:02:03`).
struct DurationText {
    typealias Fault = DateTimeText.Fault

    private static let longest = 999_999_999
    private static let tooLong = Fault("durations may not exceed 999,999,999 days")

    private let bytes: [UInt8]
    private var index = 0

    static func duration(_ text: String) throws(Fault) -> Duration {
        var reader = DurationText(bytes: Array(text.utf8))
        let value = try reader.read()
        guard abs(value.components.seconds) <= longest * 86_400 else { throw tooLong }
        return value
    }

    /// - Parameter seconds: of which microseconds are kept.
    static func duration(seconds: Double) throws(Fault) -> Duration {
        guard seconds.magnitude <= Double(longest * 86_400) else { throw tooLong }
        return .microseconds(Int64((seconds * 1e6).rounded()))
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func read() throws(Fault) -> Duration {
        guard let first = next else { throw .tooShort }
        let isNegative = first == UInt8(ascii: "-")
        if isNegative || first == UInt8(ascii: "+") { index += 1 }
        guard next != nil else { throw .tooShort }
        let value: Duration
        if next == UInt8(ascii: "P") {
            index += 1
            value = try units()
        } else if bytes.count < 5 || bytes.contains(where: { $0 | 0x20 == UInt8(ascii: "d") }) {
            value = try days()
        } else {
            value = try clock()
        }
        return isNegative ? .zero - value : value
    }

    /// What follows the P.
    private mutating func units() throws(Fault) -> Duration {
        var value = Duration.zero
        var isTime = false
        var hadFraction = false
        while let byte = next {
            if byte == UInt8(ascii: "T") {
                guard !isTime else { throw Fault("`t` character repeated in duration") }
                isTime = true
                index += 1
                continue
            }
            let (whole, fraction) = try number()
            guard !hadFraction else {
                throw Fault("quantity fraction invalid in duration")
            }
            hadFraction = fraction != nil
            let seconds = try isTime ? timeUnit() : dateUnit()
            index += 1
            guard whole <= Self.longest * 86_400 / seconds else { throw Self.tooLong }
            value += .seconds(whole * seconds)
            if let fraction { value += fraction * seconds }
            // At each step: a long text could overflow a `Duration`, which ends the process.
            guard value.components.seconds <= Self.longest * 86_400 else { throw Self.tooLong }
        }
        guard index >= 3 else { throw .tooShort }
        return value
    }

    private func dateUnit() throws(Fault) -> Int {
        switch next {
        case UInt8(ascii: "Y"): 365 * 86_400
        case UInt8(ascii: "M"): 30 * 86_400
        case UInt8(ascii: "W"): 7 * 86_400
        case UInt8(ascii: "D"): 86_400
        default: throw Fault("quantity invalid in date part of duration")
        }
    }

    private func timeUnit() throws(Fault) -> Int {
        switch next {
        case UInt8(ascii: "H"): 3600
        case UInt8(ascii: "M"): 60
        case UInt8(ascii: "S"): 1
        default: throw Fault("quantity invalid in time part of duration")
        }
    }

    /// Digits, and a fraction of one in a `Duration` of less than a second.
    private mutating func number() throws(Fault) -> (whole: Int, fraction: Duration?) {
        guard next?.isASCIIDigit == true else { throw Fault("invalid digit in duration") }
        let whole = try digits()
        guard next == UInt8(ascii: ".") || next == UInt8(ascii: ",") else { return (whole, nil) }
        index += 1
        return (whole, try fraction())
    }

    private mutating func digits(
        tooLarge: Fault = Fault("a numeric value in the duration is too large")
    ) throws(Fault) -> Int {
        var value = 0
        while let byte = next, byte.isASCIIDigit {
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
            guard value <= UInt32.max else { throw tooLarge }
            index += 1
        }
        return value
    }

    /// The digits after a point, down to an attosecond.
    private mutating func fraction() throws(Fault) -> Duration {
        var attoseconds: Int64 = 0
        var unit: Int64 = 100_000_000_000_000_000
        while let byte = next, byte.isASCIIDigit {
            attoseconds += Int64(byte - UInt8(ascii: "0")) * unit
            unit /= 10
            index += 1
        }
        return Duration(secondsComponent: 0, attosecondsComponent: attoseconds)
    }

    /// `3 days`, `3d`, `3 days, 01:02:03`.
    private mutating func days() throws(Fault) -> Duration {
        guard next?.isASCIIDigit == true else { throw Fault("invalid digit in duration") }
        let days = try digits()
        guard days <= Self.longest else { throw Self.tooLong }
        skipSpaces()
        let mistake = Fault("\"day\" identifier in duration not correctly formatted")
        guard skip("d") else { throw mistake }
        if skip("a") {
            guard skip("y") else { throw mistake }
            _ = skip("s")
        }
        _ = skip(",")
        skipSpaces()
        let value = Duration.seconds(days * 86_400)
        return next == nil ? value : value + (try clock())
    }

    /// `01:02`, `01:02:03.5`; there may be more than 23 hours.
    private mutating func clock() throws(Fault) -> Duration {
        guard bytes.count - index >= 5 else { throw .tooShort }
        guard next?.isASCIIDigit == true else { throw Fault("invalid character in hour") }
        let tooManyHours = Fault("durations may not exceed 999,999,999 hours")
        let hours = try digits(tooLarge: tooManyHours)
        guard hours <= Self.longest else { throw tooManyHours }
        guard skip(":") else { throw Fault("invalid character in hour") }
        let minutes = try pair("invalid character in minute")
        guard minutes < 60 else { throw Fault("minute value is outside expected range of 0-59") }
        var value = Duration.seconds(hours * 3600 + minutes * 60)
        if skip(":") {
            let seconds = try pair("invalid character in second")
            guard seconds < 60 else { throw Fault("second value is outside expected range of 0-59") }
            value += .seconds(seconds)
            if skip(".") || skip(",") { value += try fraction() }
        }
        guard next == nil else { throw .extraCharacters }
        return value
    }

    private mutating func pair(_ reason: String) throws(Fault) -> Int {
        guard index + 2 <= bytes.count, bytes[index..<(index + 2)].allSatisfy(\.isASCIIDigit) else {
            throw Fault(reason)
        }
        return try twoDigits()
    }

    private mutating func twoDigits() throws(Fault) -> Int {
        let value = Int(bytes[index] - UInt8(ascii: "0")) * 10 + Int(bytes[index + 1] - UInt8(ascii: "0"))
        index += 2
        return value
    }

    private mutating func skipSpaces() {
        while next == UInt8(ascii: " ") { index += 1 }
    }

    /// - Parameter letter: in lower case; either is taken.
    private mutating func skip(_ letter: Unicode.Scalar) -> Bool {
        guard let byte = next, byte == UInt8(ascii: letter) || byte | 0x20 == UInt8(ascii: letter) else { return false }
        index += 1
        return true
    }
}
