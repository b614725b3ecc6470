import Glibc

/// A time as the access log writes it, UTC: `23/Nov/2026:10:15:30 +0000`.
struct LogDate {
    let text: [UInt8]
    /// Since 1970.
    let second: Int

    init(second: Int) {
        self.second = second
        var second = second
        var parts = tm()
        gmtime_r(&second, &parts)
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let day = "\(two(parts.tm_mday))/\(months[Int(parts.tm_mon)])/\(parts.tm_year + 1900)"
        text = Array("\(day):\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)) +0000".utf8)
    }
}
