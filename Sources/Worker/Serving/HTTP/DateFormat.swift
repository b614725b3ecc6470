import Glibc

/// Dates in UTC, as HTTP and the access log write them.
enum DateFormat {
    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// IMF-fixdate (RFC 9110, section 5.6.7): `Mon, 23 Nov 2026 10:15:30 GMT`.
    /// - Parameter second: since 1970.
    static func http(_ second: Int) -> String {
        let parts = parts(of: second)
        return """
            \(days[Int(parts.tm_wday)]), \(two(parts.tm_mday)) \(months[Int(parts.tm_mon)]) \(parts.tm_year + 1900) \
            \(time(parts)) GMT
            """
    }

    /// As Apache and nginx log it: `23/Nov/2026:10:15:30 +0000`.
    /// - Parameter second: since 1970.
    static func accessLog(_ second: Int) -> String {
        let parts = parts(of: second)
        return "\(two(parts.tm_mday))/\(months[Int(parts.tm_mon)])/\(parts.tm_year + 1900):\(time(parts)) +0000"
    }

    private static func parts(of second: Int) -> tm {
        var second = second
        var parts = tm()
        gmtime_r(&second, &parts)
        return parts
    }

    private static func time(_ parts: tm) -> String {
        "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
    }

    private static func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
