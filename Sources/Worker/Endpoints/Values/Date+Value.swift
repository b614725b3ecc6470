public import FoundationEssentials

extension Date: ParameterValue, ResponseValue {
    /// A string of format `date-time`.
    public static var schema: Schema { Schema([.init("type", "string"), .init("format", "date-time")]) }

    /// Reads a date and time of RFC 3339 or a Unix timestamp. Text must have an offset: without one, nobody knows which
    /// moment is meant. A `Date` holds microseconds exactly from 1865 to 2136.
    public static func read(_ json: JSON, issues: inout [Issue]) -> Date? {
        guard case .string(let text) = json else {
            guard let timestamp = Timestamp(json) else {
                issues.append(Issue("datetime_type", "Input should be a valid datetime", input: json))
                return nil
            }
            do throws(DateTimeText.Fault) {
                return try moment(timestamp, json, &issues)
            } catch {
                issues.append(fault(error.reason, json))
                return nil
            }
        }
        if let (date, clock) = try? DateTimeText.dateTime(text) {
            return moment(date, clock, json, &issues)
        }
        do throws(DateTimeText.Fault) {
            if let timestamp = Timestamp(text: text) { return try moment(timestamp, json, &issues) }
            _ = try DateTimeText.date(text)
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

    /// Writes `2024-01-31T12:30:00Z`, with six digits after the second's point when it is not whole; outside the years
    /// 1 to 9999 null.
    public func write(to writer: inout JSONWriter) {
        if let text = internetText { writer.string(text) } else { writer.null() }
    }

    /// As RFC 3339 has it, in UTC.
    private var internetText: String? {
        let microseconds = (timeIntervalSinceReferenceDate * 1e6).rounded()
        guard microseconds.magnitude < 1e18 else { return nil }
        let (seconds, fraction) = Int(microseconds).flooringQuotientAndRemainder(by: 1_000_000)
        let (days, second) = (seconds + Date.reference).flooringQuotientAndRemainder(by: 86_400)
        guard let date = CalendarDate(daysSince1970: days) else { return nil }
        return "\(date)T\(TimeOfDay.text(second, fraction))Z"
    }

    private static func moment(
        _ timestamp: Timestamp, _ input: JSON, _ issues: inout [Issue]
    ) throws(DateTimeText.Fault) -> Date? {
        let microseconds = try timestamp.microseconds()
        guard microseconds >= -62_135_596_800_000_000 else {
            issues.append(fault(yearZero, input))
            return nil
        }
        let (seconds, fraction) = microseconds.flooringQuotientAndRemainder(by: 1_000_000)
        return Date(seconds, fraction)
    }

    private static func moment(
        _ date: CalendarDate, _ clock: DateTimeText.Clock, _ input: JSON, _ issues: inout [Issue]
    ) -> Date? {
        guard let offset = clock.offset else {
            issues.append(noOffset(input))
            return nil
        }
        guard date.year > 0 else {
            issues.append(fault(yearZero, input))
            return nil
        }
        let seconds = date.daysSince1970 * 86_400 + clock.seconds - offset
        return Date(seconds, clock.microseconds)
    }

    /// Where a `Date` counts from, 1 January 2001, in seconds since 1970. What is counted from elsewhere is rounded twice.
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

    private static func fault(_ reason: String, _ input: JSON) -> Issue {
        let message = "Input should be a valid datetime, \(reason)"
        return Issue("datetime_parsing", message, input: input, context: [.init("error", .string(reason))])
    }
}

extension Int {
    /// The quotient towards minus infinity, and what is left: never negative.
    func flooringQuotientAndRemainder(by divisor: Int) -> (quotient: Int, remainder: Int) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
