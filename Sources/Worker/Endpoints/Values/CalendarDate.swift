public import FoundationEssentials

/// A day of the calendar without time and time zone, such as a birthday or a due date. The years are 1 to 9999.
public struct CalendarDate: Hashable, Sendable {
    /// 1 to 9999.
    public let year: Int
    /// 1 to 12.
    public let month: Int
    /// 1 to the last day of the month.
    public let day: Int

    /// Nil if the calendar has no such day.
    public init?(year: Int, month: Int, day: Int) {
        guard 1...9999 ~= year, 1...12 ~= month, day >= 1, day <= Self.days(of: month, in: year) else { return nil }
        self.init(unchecked: year, month, day)
    }

    /// Nil outside the years 1 to 9999.
    /// - Parameter days: since 1 January 1970; negative before it.
    public init?(daysSince1970 days: Int) {
        guard -719_162...2_932_896 ~= days else { return nil }
        // Counted from 1 March of the year 0: a year that begins in March has its leap day at the end.
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// The year may be 0 here.
    init(unchecked year: Int, _ month: Int, _ day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// Days since 1 January 1970; negative before it.
    public var daysSince1970: Int {
        let marchYear = month <= 2 ? year - 1 : year
        let era = (marchYear >= 0 ? marchYear : marchYear - 399) / 400
        let yearOfEra = marchYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// - Parameter month: 1 to 12.
    static func days(of month: Int, in year: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    }
}

extension CalendarDate: Comparable {
    /// Whether the left day is earlier.
    public static func < (left: CalendarDate, right: CalendarDate) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }
}

extension CalendarDate: CustomStringConvertible, LosslessStringConvertible {
    /// `2024-01-31`, as ISO 8601 and RFC 3339 write it.
    public var description: String { "\(year.padded(4))-\(month.padded(2))-\(day.padded(2))" }

    /// Nil if the text is not like `2024-01-31`, or the calendar has no such day.
    public init?(_ text: String) {
        guard let date = try? DateTimeParser.date(text), date.year > 0 else { return nil }
        self = date
    }
}

extension CalendarDate {
    /// The day of a point in time; nil outside the years 1 to 9999.
    /// - Parameter offset: of local time from UTC, in seconds; positive in the east.
    public init?(of date: Date, offset: Int = 0) {
        let seconds = (date.timeIntervalSince1970 + Double(offset)).rounded(.down)
        guard seconds.magnitude < 1e12 else { return nil }
        self.init(daysSince1970: Int(seconds).flooringQuotientAndRemainder(by: 86_400).quotient)
    }

    /// The point in time at which this day has that time.
    /// - Parameter offset: of local time from UTC, in seconds; positive in the east.
    public func date(at time: TimeOfDay = .midnight, offset: Int = 0) -> Date {
        let microseconds = time.microsecondsSinceMidnight
        return Date(daysSince1970 * 86_400 + microseconds / 1_000_000 - offset, microseconds % 1_000_000)
    }
}

extension CalendarDate: ParameterValue, ResponseValue {
    /// A string of format `date`.
    public static var schema: Schema { Schema([.init("type", "string"), .init("format", "date")]) }

    /// Reads a date, or a date and time at midnight, or a Unix timestamp at midnight.
    public static func read(_ json: JSON, issues: inout [Issue]) -> CalendarDate? {
        do throws(DateTimeError) {
            switch json {
            case .string(let text):
                if let date = try? DateTimeParser.date(text) {
                    return date.year > 0 ? date : rejectYearZero(json, &issues)
                }
                if let timestamp = UnixTimestamp(text: text) { return try day(of: timestamp, json, &issues) }
                let (date, time) = try DateTimeParser.dateTime(text)
                guard time.seconds == 0, time.microseconds == 0 else { return rejectTime(json, &issues) }
                return date.year > 0 ? date : rejectYearZero(json, &issues)
            default:
                if let timestamp = UnixTimestamp(json) { return try day(of: timestamp, json, &issues) }
                issues.append(Issue("date_type", "Input should be a valid date", input: json))
            }
        } catch {
            issues.append(
                Issue(
                    "date_from_datetime_parsing", "Input should be a valid date or datetime, \(error.reason)",
                    input: json, context: [.init("error", .string(error.reason))]))
        }
        return nil
    }

    /// Writes `2024-01-31`.
    public func write(to writer: inout JSONWriter) {
        writer.string(description)
    }

    private static func day(
        of timestamp: UnixTimestamp, _ input: JSON, _ issues: inout [Issue]
    ) throws(DateTimeError) -> CalendarDate? {
        let microseconds = try timestamp.microseconds()
        guard microseconds.isMultiple(of: 86_400_000_000) else { return rejectTime(input, &issues) }
        let date = CalendarDate(daysSince1970: microseconds / 86_400_000_000)
        return date ?? rejectYearZero(input, &issues)
    }

    private static func rejectTime(_ input: JSON, _ issues: inout [Issue]) -> CalendarDate? {
        let message = "Datetimes provided to dates should have zero time - e.g. be exact dates"
        issues.append(Issue("date_from_datetime_inexact", message, input: input))
        return nil
    }

    private static func rejectYearZero(_ input: JSON, _ issues: inout [Issue]) -> CalendarDate? {
        let reason = "year 0 is out of range"
        let message = "Input should be a valid date in the format YYYY-MM-DD, \(reason)"
        issues.append(Issue("date_parsing", message, input: input, context: [.init("error", .string(reason))]))
        return nil
    }
}

extension Int {
    /// The decimal digits, with leading zeros up to that width.
    func padded(_ width: Int) -> String {
        let digits = String(self)
        return String(repeating: "0", count: Swift.max(0, width - digits.count)) + digits
    }

    /// The quotient rounded down, and a remainder that is never negative. The divisor must be positive.
    func flooringQuotientAndRemainder(by divisor: Int) -> (quotient: Int, remainder: Int) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
