public import FoundationEssentials

extension Date: ParameterValue, ResponseValue {
    /// A string of format `date-time`.
    public static var schema: Schema { Schema([.init("type", "string"), .init("format", "date-time")]) }

    /// Reads a date and time of RFC 3339, or a Unix timestamp. Text must have an offset, because a `Date` is a point in time.
    /// Microseconds are exact from 1865 to 2136.
    public static func read(_ json: JSON, issues: inout [Issue]) -> Date? {
        guard case .string(let text) = json else {
            guard let timestamp = UnixTimestamp(json) else {
                issues.append(Issue("datetime_type", "Input should be a valid datetime", input: json))
                return nil
            }
            do throws(DateTimeError) {
                return try date(timestamp, json, &issues)
            } catch {
                issues.append(issue(error.reason, json))
                return nil
            }
        }
        if let (date, time) = try? DateTimeParser.dateTime(text) {
            return Self.date(date, time, json, &issues)
        }
        do throws(DateTimeError) {
            if let timestamp = UnixTimestamp(text: text) { return try date(timestamp, json, &issues) }
            _ = try DateTimeParser.date(text)
            issues.append(noOffset(json))
        } catch {
            let message = "Input should be a valid datetime or date, \(error.reason)"
            issues.append(
                Issue(
                    "datetime_from_date_parsing", message, input: json,
                    context: [.init("error", .string(error.reason))]))
        }
        return nil
    }

    /// Writes `2024-01-31T12:30:00Z`, with six more digits if the second has a fraction; null outside the years 1 to 9999.
    public func write(to writer: inout JSONWriter) {
        if let text = rfc3339 { writer.string(text) } else { writer.null() }
    }

    /// In UTC.
    private var rfc3339: String? {
        let microseconds = (timeIntervalSinceReferenceDate * 1e6).rounded()
        guard microseconds.magnitude < 1e18 else { return nil }
        let (seconds, fraction) = Int(microseconds).flooringQuotientAndRemainder(by: 1_000_000)
        let (days, second) = (seconds + Date.reference).flooringQuotientAndRemainder(by: 86_400)
        guard let date = CalendarDate(daysSince1970: days) else { return nil }
        return "\(date)T\(TimeOfDay.text(second, fraction))Z"
    }

    private static func date(
        _ timestamp: UnixTimestamp, _ input: JSON, _ issues: inout [Issue]
    ) throws(DateTimeError) -> Date? {
        let microseconds = try timestamp.microseconds()
        guard microseconds >= -62_135_596_800_000_000 else {
            issues.append(issue(yearZero, input))
            return nil
        }
        let (seconds, fraction) = microseconds.flooringQuotientAndRemainder(by: 1_000_000)
        return Date(seconds, fraction)
    }

    private static func date(
        _ date: CalendarDate, _ time: DateTimeParser.Time, _ input: JSON, _ issues: inout [Issue]
    ) -> Date? {
        guard let offset = time.offset else {
            issues.append(noOffset(input))
            return nil
        }
        guard date.year > 0 else {
            issues.append(issue(yearZero, input))
            return nil
        }
        let seconds = date.daysSince1970 * 86_400 + time.seconds - offset
        return Date(seconds, time.microseconds)
    }

    /// The reference date of `Date`, 1 January 2001, in seconds since 1970. Other initializers of `Date` round twice.
    private static let reference = 978_307_200

    /// - Parameter seconds: since 1970.
    init(_ seconds: Int, _ microseconds: Int) {
        let whole = Double(seconds - Date.reference)
        self.init(timeIntervalSinceReferenceDate: whole + Double(microseconds) / 1e6)
    }

    private static let yearZero = "year 0 is out of range"

    private static func noOffset(_ input: JSON) -> Issue {
        Issue("timezone_aware", "Input should have timezone info", input: input)
    }

    private static func issue(_ reason: String, _ input: JSON) -> Issue {
        let message = "Input should be a valid datetime, \(reason)"
        return Issue("datetime_parsing", message, input: input, context: [.init("error", .string(reason))])
    }
}
