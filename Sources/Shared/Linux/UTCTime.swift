import Glibc

/// A date and a time of day in UTC, to the second.
package struct UTCTime {
    private let parts: tm

    package init(secondsSince1970: Int) {
        var seconds = secondsSince1970
        var parts = tm()
        gmtime_r(&seconds, &parts)
        self.parts = parts
    }

    package var year: Int { Int(parts.tm_year) + 1900 }

    /// `01` to `12`.
    package var month: String { Self.twoDigits(parts.tm_mon + 1) }

    /// `Jan` to `Dec`.
    package var monthName: String { Self.monthNames[Int(parts.tm_mon)] }

    /// `01` to `31`.
    package var day: String { Self.twoDigits(parts.tm_mday) }

    /// `Sun` to `Sat`.
    package var weekdayName: String { Self.weekdayNames[Int(parts.tm_wday)] }

    /// `10:15:30`.
    package var timeOfDay: String {
        "\(Self.twoDigits(parts.tm_hour)):\(Self.twoDigits(parts.tm_min)):\(Self.twoDigits(parts.tm_sec))"
    }

    private static let weekdayNames = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let monthNames = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func twoDigits(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
