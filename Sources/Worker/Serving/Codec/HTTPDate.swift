import Glibc

/// A Date field (RFC 9110, section 6.6.1), made once a second.
struct HTTPDate: Sendable {
    /// As it goes out, with its CRLF.
    private(set) var line: [UInt8]
    private var second: Int

    /// - Parameter second: since 1970, UTC.
    init(second: Int) {
        self.second = second
        line = Self.format(second)
    }

    mutating func update(to second: Int) {
        if second == self.second { return }
        self = HTTPDate(second: second)
    }

    private static func format(_ second: Int) -> [UInt8] {
        var second = second
        var parts = tm()
        gmtime_r(&second, &parts)
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let day = "\(days[Int(parts.tm_wday)]), \(two(parts.tm_mday)) \(months[Int(parts.tm_mon)])"
        let time = "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
        return Array("date: \(day) \(parts.tm_year + 1900) \(time) GMT\r\n".utf8)
    }
}
