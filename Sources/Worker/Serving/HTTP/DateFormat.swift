internal import Linux

/// Dates in UTC, as HTTP and the access log write them.
enum DateFormat {
    /// IMF-fixdate (RFC 9110, section 5.6.7): `Mon, 23 Nov 2026 10:15:30 GMT`.
    /// - Parameter second: since 1970.
    static func http(_ second: Int) -> String {
        let time = UTCTime(secondsSince1970: second)
        return "\(time.weekdayName), \(time.day) \(time.monthName) \(time.year) \(time.timeOfDay) GMT"
    }

    /// As Apache and nginx log it: `23/Nov/2026:10:15:30 +0000`.
    /// - Parameter second: since 1970.
    static func accessLog(_ second: Int) -> String {
        let time = UTCTime(secondsSince1970: second)
        return "\(time.day)/\(time.monthName)/\(time.year):\(time.timeOfDay) +0000"
    }
}
