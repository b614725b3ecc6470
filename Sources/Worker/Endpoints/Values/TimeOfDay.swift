/// A time of day without day and time zone, such as opening hours: 00:00 to just before 24:00, in microseconds.
public struct TimeOfDay: Hashable, Sendable {
    /// Less than 86,400,000,000.
    public let microsecondsSinceMidnight: Int

    /// 00:00.
    public static let midnight = TimeOfDay(DateTimeParser.Time(seconds: 0, microseconds: 0))

    /// Nil if a number is out of its range. There are no leap seconds.
    public init?(hour: Int, minute: Int, second: Int = 0, microsecond: Int = 0) {
        guard 0..<24 ~= hour, 0..<60 ~= minute, 0..<60 ~= second, 0..<1_000_000 ~= microsecond else { return nil }
        microsecondsSinceMidnight = (hour * 3600 + minute * 60 + second) * 1_000_000 + microsecond
    }

    /// 0 to 23.
    public var hour: Int { microsecondsSinceMidnight / 3_600_000_000 }
    /// 0 to 59.
    public var minute: Int { microsecondsSinceMidnight / 60_000_000 % 60 }
    /// 0 to 59.
    public var second: Int { microsecondsSinceMidnight / 1_000_000 % 60 }
    /// 0 to 999,999.
    public var microsecond: Int { microsecondsSinceMidnight % 1_000_000 }

    private init(_ time: DateTimeParser.Time) {
        microsecondsSinceMidnight = time.seconds * 1_000_000 + time.microseconds
    }

    /// `12:30:00`, with six more digits if the second has a fraction.
    /// - Parameters:
    ///   - seconds: since midnight.
    ///   - fraction: microseconds.
    static func text(_ seconds: Int, _ fraction: Int) -> String {
        let whole = "\((seconds / 3600).padded(2)):\((seconds / 60 % 60).padded(2)):\((seconds % 60).padded(2))"
        return fraction == 0 ? whole : "\(whole).\(fraction.padded(6))"
    }
}

extension TimeOfDay: Comparable {
    /// Whether the left time is earlier.
    public static func < (left: TimeOfDay, right: TimeOfDay) -> Bool {
        left.microsecondsSinceMidnight < right.microsecondsSinceMidnight
    }
}

extension TimeOfDay: CustomStringConvertible {
    /// `12:30:00`, with six more digits if the second has a fraction.
    public var description: String { TimeOfDay.text(microsecondsSinceMidnight / 1_000_000, microsecond) }
}

extension TimeOfDay: ParameterValue, ResponseValue {
    /// A string of format `time`.
    public static var schema: Schema { Schema([.init("type", "string"), .init("format", "time")]) }

    /// Reads a time, with or without seconds and a fraction. An offset is an error: it has no meaning without a day.
    public static func read(_ json: JSON, issues: inout [Issue]) -> TimeOfDay? {
        guard case .string(let text) = json else {
            issues.append(Issue("time_type", "Input should be a valid time", input: json))
            return nil
        }
        do throws(DateTimeError) {
            let time = try DateTimeParser.time(text)
            if time.offset == nil { return TimeOfDay(time) }
            issues.append(Issue("timezone_naive", "Input should not have timezone info", input: json))
        } catch {
            let message = "Input should be in a valid time format, \(error.reason)"
            issues.append(
                Issue("time_parsing", message, input: json, context: [.init("error", .string(error.reason))]))
        }
        return nil
    }

    /// Writes `12:30:00`, with six more digits if the second has a fraction.
    public func write(to writer: inout JSONWriter) {
        writer.string(description)
    }
}
