import Messages

extension Duration: ParameterValue, ResponseValue {
    /// A string of format `duration`.
    public static var schema: Schema { Schema([.init("type", "string"), .init("format", "duration")]) }

    /// Reads an ISO 8601 duration (a year has 365 days, a month 30), `1 day`, `01:30:00`, or a number of seconds.
    public static func read(_ json: JSON, issues: inout [Issue]) -> Duration? {
        do throws(DateTimeError) {
            if case .string(let text) = json { return try DurationParser.duration(text) }
            if let seconds = json.double { return try DurationParser.duration(seconds: seconds) }
            issues.append(Issue("time_delta_type", "Input should be a valid timedelta", input: json))
        } catch {
            let message = "Input should be a valid timedelta, \(error.reason)"
            issues.append(
                Issue("time_delta_parsing", message, input: json, context: [.init("error", .string(error.reason))]))
        }
        return nil
    }

    /// Writes `P1DT2H30M1.5S`, in days, hours, minutes and seconds, without rounding.
    public func write(to writer: inout JSONWriter) {
        writer.string(iso8601)
    }

    /// `1 day and 2 hours`, as pydantic writes a bound.
    var pydanticText: String {
        let (seconds, attoseconds) = components
        let microseconds = Int(attoseconds).flooringQuotientAndRemainder(by: 1_000_000_000_000).quotient
        let (carry, fraction) = microseconds.flooringQuotientAndRemainder(by: 1_000_000)
        let (days, rest) = (Int(seconds) + carry).flooringQuotientAndRemainder(by: 86_400)
        let units = [
            (days, "day"), (rest / 3600, "hour"), (rest / 60 % 60, "minute"), (rest % 60, "second"),
            (fraction, "microsecond"),
        ]
        let parts = units.filter { $0.0 != 0 }.map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }
        return parts.isEmpty ? "0 seconds" : parts.joined(separator: " and ")
    }

    private var iso8601: String {
        let (seconds, attoseconds) = components
        let whole = seconds.magnitude
        var date = ""
        var time = ""
        if whole >= 86_400 { date = "\(whole / 86_400)D" }
        if whole / 3600 % 24 > 0 { time += "\(whole / 3600 % 24)H" }
        if whole / 60 % 60 > 0 { time += "\(whole / 60 % 60)M" }
        if whole % 60 > 0 || attoseconds != 0 || date.isEmpty && time.isEmpty {
            time += "\(whole % 60)"
            if attoseconds != 0 {
                var digits = String(String(1_000_000_000_000_000_000 + attoseconds.magnitude).dropFirst())
                while digits.last == "0" { digits.removeLast() }
                time += "." + digits
            }
            time += "S"
        }
        return (self < .zero ? "-P" : "P") + date + (time.isEmpty ? "" : "T" + time)
    }
}

/// Parses durations as pydantic does: of ISO 8601 (`P1DT2H30M`), in days (`3 days`), or in hours (`01:02:03`).
private struct DurationParser {
    private static let maximumDays = 999_999_999
    private static let tooLong = DateTimeError("durations may not exceed 999,999,999 days")

    private let bytes: [UInt8]
    private var index = 0

    static func duration(_ text: String) throws(DateTimeError) -> Duration {
        var reader = DurationParser(bytes: Array(text.utf8))
        let value = try reader.read()
        guard abs(value.components.seconds) <= maximumDays * 86_400 else { throw tooLong }
        return value
    }

    /// - Parameter seconds: rounded to microseconds.
    static func duration(seconds: Double) throws(DateTimeError) -> Duration {
        guard seconds.magnitude <= Double(maximumDays * 86_400) else { throw tooLong }
        return .microseconds(Int64((seconds * 1e6).rounded()))
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func read() throws(DateTimeError) -> Duration {
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
            value = try hours()
        }
        return isNegative ? .zero - value : value
    }

    /// What comes after the P.
    private mutating func units() throws(DateTimeError) -> Duration {
        var value = Duration.zero
        var isTime = false
        var hadFraction = false
        while let byte = next {
            if byte == UInt8(ascii: "T") {
                guard !isTime else { throw DateTimeError("`t` character repeated in duration") }
                isTime = true
                index += 1
                continue
            }
            let (whole, fraction) = try number()
            guard !hadFraction else {
                throw DateTimeError("quantity fraction invalid in duration")
            }
            hadFraction = fraction != nil
            let seconds = try isTime ? timeUnit() : dateUnit()
            index += 1
            guard whole <= Self.maximumDays * 86_400 / seconds else { throw Self.tooLong }
            value += .seconds(whole * seconds)
            if let fraction { value += fraction * seconds }
            // Checked at each step: the overflow of a `Duration` would end the process.
            guard value.components.seconds <= Self.maximumDays * 86_400 else { throw Self.tooLong }
        }
        guard index >= 3 else { throw .tooShort }
        return value
    }

    private func dateUnit() throws(DateTimeError) -> Int {
        switch next {
        case UInt8(ascii: "Y"): 365 * 86_400
        case UInt8(ascii: "M"): 30 * 86_400
        case UInt8(ascii: "W"): 7 * 86_400
        case UInt8(ascii: "D"): 86_400
        default: throw DateTimeError("quantity invalid in date part of duration")
        }
    }

    private func timeUnit() throws(DateTimeError) -> Int {
        switch next {
        case UInt8(ascii: "H"): 3600
        case UInt8(ascii: "M"): 60
        case UInt8(ascii: "S"): 1
        default: throw DateTimeError("quantity invalid in time part of duration")
        }
    }

    /// Digits, and the fraction of one as a `Duration` of less than a second.
    private mutating func number() throws(DateTimeError) -> (whole: Int, fraction: Duration?) {
        guard next?.isASCIIDigit == true else { throw DateTimeError("invalid digit in duration") }
        let whole = try digits()
        guard next == UInt8(ascii: ".") || next == UInt8(ascii: ",") else { return (whole, nil) }
        index += 1
        return (whole, try fraction())
    }

    private mutating func digits(
        tooLarge: DateTimeError = DateTimeError("a numeric value in the duration is too large")
    ) throws(DateTimeError) -> Int {
        var value = 0
        while let byte = next, byte.isASCIIDigit {
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
            guard value <= UInt32.max else { throw tooLarge }
            index += 1
        }
        return value
    }

    /// The digits after the point. Those after attoseconds are ignored.
    private mutating func fraction() throws(DateTimeError) -> Duration {
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
    private mutating func days() throws(DateTimeError) -> Duration {
        guard next?.isASCIIDigit == true else { throw DateTimeError("invalid digit in duration") }
        let days = try digits()
        guard days <= Self.maximumDays else { throw Self.tooLong }
        skipSpaces()
        let mistake = DateTimeError("\"day\" identifier in duration not correctly formatted")
        guard skip("d") else { throw mistake }
        if skip("a") {
            guard skip("y") else { throw mistake }
            _ = skip("s")
        }
        _ = skip(",")
        skipSpaces()
        let value = Duration.seconds(days * 86_400)
        return next == nil ? value : value + (try hours())
    }

    /// `01:02`, `01:02:03.5`. There may be more than 23 hours.
    private mutating func hours() throws(DateTimeError) -> Duration {
        guard bytes.count - index >= 5 else { throw .tooShort }
        guard next?.isASCIIDigit == true else { throw DateTimeError("invalid character in hour") }
        let tooManyHours = DateTimeError("durations may not exceed 999,999,999 hours")
        let hours = try digits(tooLarge: tooManyHours)
        guard hours <= Self.maximumDays else { throw tooManyHours }
        guard skip(":") else { throw DateTimeError("invalid character in hour") }
        let minutes = try pair("invalid character in minute")
        guard minutes < 60 else { throw DateTimeError("minute value is outside expected range of 0-59") }
        var value = Duration.seconds(hours * 3600 + minutes * 60)
        if skip(":") {
            let seconds = try pair("invalid character in second")
            guard seconds < 60 else { throw DateTimeError("second value is outside expected range of 0-59") }
            value += .seconds(seconds)
            if skip(".") || skip(",") { value += try fraction() }
        }
        guard next == nil else { throw .extraCharacters }
        return value
    }

    private mutating func pair(_ reason: String) throws(DateTimeError) -> Int {
        guard index + 2 <= bytes.count, bytes[index..<(index + 2)].allSatisfy(\.isASCIIDigit) else {
            throw DateTimeError(reason)
        }
        return try twoDigits()
    }

    private mutating func twoDigits() throws(DateTimeError) -> Int {
        let value = Int(bytes[index] - UInt8(ascii: "0")) * 10 + Int(bytes[index + 1] - UInt8(ascii: "0"))
        index += 2
        return value
    }

    private mutating func skipSpaces() {
        while next == UInt8(ascii: " ") { index += 1 }
    }

    /// - Parameter letter: in lower case. Both cases match.
    private mutating func skip(_ letter: Unicode.Scalar) -> Bool {
        guard let byte = next, byte == UInt8(ascii: letter) || byte | 0x20 == UInt8(ascii: letter) else { return false }
        index += 1
        return true
    }
}
