/// Reads dates and times of RFC 3339, with what pydantic forgives: a space or underscore for the T, no seconds, a comma
/// before the fraction, an offset without its colon.
struct DateTimeText {
    /// Why a text is none, in pydantic's words.
    struct Fault: Error {
        let reason: String

        init(_ reason: String) { self.reason = reason }

        static let tooShort = Fault("input is too short")
        static let extraCharacters = Fault("unexpected extra characters at the end of the input")
    }

    /// A time of a day. An offset is in seconds east of UTC.
    struct Clock: Hashable {
        var seconds: Int
        var microseconds: Int
        var offset: Int?
    }

    private let bytes: [UInt8]
    private(set) var index = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    /// `2024-01-31`, and nothing after it.
    static func date(_ text: String) throws(Fault) -> CalendarDate {
        var reader = DateTimeText(text)
        let date = try reader.date()
        try reader.finish()
        return date
    }

    /// `2024-01-31T12:30:00Z`, and nothing after it.
    static func dateTime(_ text: String) throws(Fault) -> (CalendarDate, Clock) {
        var reader = DateTimeText(text)
        let date = try reader.date()
        guard let separator = reader.next, "Tt_ ".utf8.contains(separator) else {
            throw Fault("invalid datetime separator, expected `T`, `t`, `_` or space")
        }
        reader.index += 1
        let clock = try reader.clock()
        try reader.finish()
        return (date, clock)
    }

    /// `12:30:00`, and nothing after it.
    static func time(_ text: String) throws(Fault) -> Clock {
        var reader = DateTimeText(text)
        let clock = try reader.clock()
        try reader.finish()
        return clock
    }

    private func finish() throws(Fault) {
        if index < bytes.count { throw .extraCharacters }
    }

    private mutating func date() throws(Fault) -> CalendarDate {
        guard bytes.count >= 10 else { throw .tooShort }
        let year = try digits(4, "invalid character in year")
        try skip("-", "invalid date separator, expected `-`")
        let month = try digits(2, "invalid character in month")
        try skip("-", "invalid date separator, expected `-`")
        let day = try digits(2, "invalid character in day")
        guard 1...12 ~= month else { throw Fault("month value is outside expected range of 1-12") }
        guard day >= 1, day <= CalendarDate.days(of: month, in: year) else {
            throw Fault("day value is outside expected range")
        }
        return CalendarDate(unchecked: year, month, day)
    }

    /// `12:30`, perhaps with seconds, a fraction and an offset. Digits beyond microseconds are left out.
    mutating func clock() throws(Fault) -> Clock {
        guard bytes.count - index >= 5 else { throw .tooShort }
        let hour = try digits(2, "invalid character in hour")
        try skip(":", "invalid time separator, expected `:`")
        let minute = try digits(2, "invalid character in minute")
        guard hour < 24 else { throw Fault("hour value is outside expected range of 0-23") }
        guard minute < 60 else { throw Fault("minute value is outside expected range of 0-59") }
        var clock = Clock(seconds: hour * 3600 + minute * 60, microseconds: 0, offset: nil)
        if next == UInt8(ascii: ":") {
            index += 1
            let second = try digits(2, "invalid character in second")
            guard second < 60 else { throw Fault("second value is outside expected range of 0-59") }
            clock.seconds += second
            clock.microseconds = try fraction()
        }
        clock.offset = try offset()
        return clock
    }

    private mutating func fraction() throws(Fault) -> Int {
        guard next == UInt8(ascii: ".") || next == UInt8(ascii: ",") else { return 0 }
        index += 1
        let start = index
        var value = 0
        while let byte = next, byte.isASCIIDigit {
            if index - start < 6 { value = value * 10 + Int(byte - UInt8(ascii: "0")) }
            index += 1
        }
        guard index > start else { throw Fault("second fraction digits missing after `.`") }
        for _ in 0..<max(0, 6 - (index - start)) { value *= 10 }
        return value
    }

    private mutating func offset() throws(Fault) -> Int? {
        guard let first = next else { return nil }
        index += 1
        if first | 0x20 == UInt8(ascii: "z") { return 0 }
        let isNegative = first == UInt8(ascii: "-") || isMinusSign(first)
        guard isNegative || first == UInt8(ascii: "+") else { throw Fault("invalid timezone sign") }
        let hours = try digits(2, "invalid timezone hour")
        if next == UInt8(ascii: ":") { index += 1 }
        let minutes = try digits(2, "invalid timezone minute")
        guard minutes < 60 else { throw Fault("timezone minute value is outside expected range of 0-59") }
        guard hours < 24 else { throw Fault("timezone offset must be less than 24 hours") }
        return (isNegative ? -1 : 1) * (hours * 3600 + minutes * 60)
    }

    /// U+2212, which ISO 8601 prefers.
    private mutating func isMinusSign(_ first: UInt8) -> Bool {
        guard first == 0xE2, bytes[index...].starts(with: [0x88, 0x92]) else { return false }
        index += 2
        return true
    }

    private mutating func digits(_ count: Int, _ reason: String) throws(Fault) -> Int {
        var value = 0
        for _ in 0..<count {
            guard let byte = next, byte.isASCIIDigit else { throw Fault(reason) }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
            index += 1
        }
        return value
    }

    private mutating func skip(_ mark: Unicode.Scalar, _ reason: String) throws(Fault) {
        guard next == UInt8(ascii: mark) else { throw Fault(reason) }
        index += 1
    }
}
