extension Duration: ParameterValue, ResponseValue {
    /// A string of format `duration`.
    public static var schema: Schema { Schema([.init("type", "string"), .init("format", "duration")]) }

    /// Reads a duration of ISO 8601, where a year has 365 days and a month 30; or a number of seconds.
    public static func read(_ json: JSON, issues: inout [Issue]) -> Duration? {
        do throws(DateTimeText.Fault) {
            if case .string(let text) = json { return try DurationText.duration(text) }
            if let seconds = json.double { return try DurationText.duration(seconds: seconds) }
            issues.append(Issue("time_delta_type", "Input should be a valid timedelta", input: json))
        } catch {
            let message = "Input should be a valid timedelta, \(error.reason)"
            issues.append(
                Issue("time_delta_parsing", message, input: json, context: [.init("error", .string(error.reason))]))
        }
        return nil
    }

    /// Writes `P1DT2H30M1.5S`: days, hours, minutes and seconds, exactly.
    public func write(to writer: inout JSONWriter) {
        writer.string(internationalText)
    }

    /// `1 day and 2 hours`, as pydantic tells a bound.
    var words: String {
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

    private var internationalText: String {
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
