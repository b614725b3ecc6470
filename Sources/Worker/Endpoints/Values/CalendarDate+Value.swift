extension CalendarDate: ParameterValue, ResponseValue {
    /// A string of format `date`.
    public static var schema: Schema { Schema([.init("type", "string"), .init("format", "date")]) }

    /// Reads a date, or a date with the time of midnight, as text or as a Unix timestamp.
    public static func read(_ json: JSON, issues: inout [Issue]) -> CalendarDate? {
        do throws(DateTimeText.Fault) {
            switch json {
            case .string(let text):
                if let date = try? DateTimeText.date(text) {
                    return date.year > 0 ? date : refuseYearZero(json, &issues)
                }
                if let timestamp = Timestamp(text: text) { return try day(of: timestamp, json, &issues) }
                let (date, clock) = try DateTimeText.dateTime(text)
                guard clock.seconds == 0, clock.microseconds == 0 else { return refuseTime(json, &issues) }
                return date.year > 0 ? date : refuseYearZero(json, &issues)
            default:
                if let timestamp = Timestamp(json) { return try day(of: timestamp, json, &issues) }
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
        of timestamp: Timestamp, _ input: JSON, _ issues: inout [Issue]
    ) throws(DateTimeText.Fault) -> CalendarDate? {
        let microseconds = try timestamp.microseconds()
        guard microseconds.isMultiple(of: 86_400_000_000) else { return refuseTime(input, &issues) }
        let date = CalendarDate(daysSince1970: microseconds / 86_400_000_000)
        return date ?? refuseYearZero(input, &issues)
    }

    private static func refuseTime(_ input: JSON, _ issues: inout [Issue]) -> CalendarDate? {
        let message = "Datetimes provided to dates should have zero time - e.g. be exact dates"
        issues.append(Issue("date_from_datetime_inexact", message, input: input))
        return nil
    }

    private static func refuseYearZero(_ input: JSON, _ issues: inout [Issue]) -> CalendarDate? {
        let reason = "year 0 is out of range"
        let message = "Input should be a valid date in the format YYYY-MM-DD, \(reason)"
        issues.append(Issue("date_parsing", message, input: input, context: [.init("error", .string(reason))]))
        return nil
    }
}
