import Messages

/// Parses dates and times of RFC 3339. It is as lenient as pydantic: a space or underscore for the T, no seconds, a comma
/// before the fraction, an offset without a colon.
struct DateTimeParser {
    /// A time of day.
    struct Time: Hashable {
        /// Since midnight.
        var seconds: Int
        var microseconds: Int
        /// In seconds east of UTC; nil if the text has none.
        var offset: Int?
    }

    private let bytes: [UInt8]
    private var index = 0

    private init(_ text: String) {
        bytes = Array(text.utf8)
    }

    private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    /// Parses `2024-01-31`.
    static func date(_ text: String) throws(DateTimeError) -> CalendarDate {
        var reader = DateTimeParser(text)
        let date = try reader.date()
        try reader.finish()
        return date
    }

    /// Parses `2024-01-31T12:30:00Z`.
    static func dateTime(_ text: String) throws(DateTimeError) -> (CalendarDate, Time) {
        var reader = DateTimeParser(text)
        let date = try reader.date()
        guard let separator = reader.next, "Tt_ ".utf8.contains(separator) else {
            throw DateTimeError("invalid datetime separator, expected `T`, `t`, `_` or space")
        }
        reader.index += 1
        let time = try reader.time()
        try reader.finish()
        return (date, time)
    }

    /// Parses `12:30:00`.
    static func time(_ text: String) throws(DateTimeError) -> Time {
        var reader = DateTimeParser(text)
        let time = try reader.time()
        try reader.finish()
        return time
    }

    /// Checks that nothing follows.
    private func finish() throws(DateTimeError) {
        if index < bytes.count { throw .extraCharacters }
    }

    private mutating func date() throws(DateTimeError) -> CalendarDate {
        guard bytes.count >= 10 else { throw .tooShort }
        let year = try digits(4, "invalid character in year")
        try skip("-", "invalid date separator, expected `-`")
        let month = try digits(2, "invalid character in month")
        try skip("-", "invalid date separator, expected `-`")
        let day = try digits(2, "invalid character in day")
        guard 1...12 ~= month else { throw DateTimeError("month value is outside expected range of 1-12") }
        guard day >= 1, day <= CalendarDate.days(of: month, in: year) else {
            throw DateTimeError("day value is outside expected range")
        }
        return CalendarDate(unchecked: year, month, day)
    }

    /// `12:30`, and then seconds, a fraction and an offset if there are any. Digits after microseconds are ignored.
    private mutating func time() throws(DateTimeError) -> Time {
        guard bytes.count - index >= 5 else { throw .tooShort }
        let hour = try digits(2, "invalid character in hour")
        try skip(":", "invalid time separator, expected `:`")
        let minute = try digits(2, "invalid character in minute")
        guard hour < 24 else { throw DateTimeError("hour value is outside expected range of 0-23") }
        guard minute < 60 else { throw DateTimeError("minute value is outside expected range of 0-59") }
        var time = Time(seconds: hour * 3600 + minute * 60, microseconds: 0, offset: nil)
        if next == UInt8(ascii: ":") {
            index += 1
            let second = try digits(2, "invalid character in second")
            guard second < 60 else { throw DateTimeError("second value is outside expected range of 0-59") }
            time.seconds += second
            time.microseconds = try fraction()
        }
        time.offset = try offset()
        return time
    }

    private mutating func fraction() throws(DateTimeError) -> Int {
        guard next == UInt8(ascii: ".") || next == UInt8(ascii: ",") else { return 0 }
        index += 1
        let start = index
        var value = 0
        while let byte = next, byte.isASCIIDigit {
            if index - start < 6 { value = value * 10 + Int(byte - UInt8(ascii: "0")) }
            index += 1
        }
        guard index > start else { throw DateTimeError("second fraction digits missing after `.`") }
        for _ in 0..<max(0, 6 - (index - start)) { value *= 10 }
        return value
    }

    private mutating func offset() throws(DateTimeError) -> Int? {
        guard let first = next else { return nil }
        index += 1
        if first | 0x20 == UInt8(ascii: "z") { return 0 }
        let isNegative = first == UInt8(ascii: "-") || isMinusSign(first)
        guard isNegative || first == UInt8(ascii: "+") else { throw DateTimeError("invalid timezone sign") }
        let hours = try digits(2, "invalid timezone hour")
        if next == UInt8(ascii: ":") { index += 1 }
        let minutes = try digits(2, "invalid timezone minute")
        guard minutes < 60 else { throw DateTimeError("timezone minute value is outside expected range of 0-59") }
        guard hours < 24 else { throw DateTimeError("timezone offset must be less than 24 hours") }
        return (isNegative ? -1 : 1) * (hours * 3600 + minutes * 60)
    }

    /// U+2212, the minus sign that ISO 8601 prefers.
    private mutating func isMinusSign(_ first: UInt8) -> Bool {
        guard first == 0xE2, bytes[index...].starts(with: [0x88, 0x92]) else { return false }
        index += 2
        return true
    }

    private mutating func digits(_ count: Int, _ reason: String) throws(DateTimeError) -> Int {
        var value = 0
        for _ in 0..<count {
            guard let byte = next, byte.isASCIIDigit else { throw DateTimeError(reason) }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
            index += 1
        }
        return value
    }

    private mutating func skip(_ mark: Unicode.Scalar, _ reason: String) throws(DateTimeError) {
        guard next == UInt8(ascii: mark) else { throw DateTimeError(reason) }
        index += 1
    }
}

/// A Unix timestamp as pydantic reads it: seconds, or milliseconds if the number is above 2e10.
struct UnixTimestamp {
    private let number: Double

    /// Nil if the JSON is not a number.
    init?(_ json: JSON) {
        guard let number = json.double else { return nil }
        self.number = number
    }

    /// Nil if the text is not a number without exponent.
    init?(text: String) {
        let isPlain = text.utf8.allSatisfy { $0.isASCIIDigit || "+-.".utf8.contains($0) }
        guard isPlain, text.utf8.contains(where: \.isASCIIDigit), let number = Double(text) else { return nil }
        guard number.magnitude < 0x1p63 else { return nil }
        self.number = number
    }

    /// Microseconds since 1 January 1970.
    /// - Throws: outside the years 0 to 9999.
    func microseconds() throws(DateTimeError) -> Int {
        let seconds = number.magnitude > 2e10 ? number / 1000 : number
        guard seconds < 253_402_300_800 else {
            throw DateTimeError("dates after 9999 are not supported as unix timestamps")
        }
        guard seconds >= -62_167_219_200 else {
            throw DateTimeError("dates before 0000 are not supported as unix timestamps")
        }
        return Int((seconds * 1e6).rounded())
    }
}

/// Why a text is not a date, a time or a duration.
struct DateTimeError: Error {
    /// In pydantic's words.
    let reason: String

    init(_ reason: String) { self.reason = reason }

    static let tooShort = DateTimeError("input is too short")
    static let extraCharacters = DateTimeError("unexpected extra characters at the end of the input")
}
