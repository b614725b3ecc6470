/// The time of a pass of the loop, for deadlines and for responses.
struct LoopTime: Sendable {
    /// A Date field (RFC 9110, section 6.6.1), made once a second.
    struct DateField: Sendable {
        /// With its CRLF.
        let line: [UInt8]
        private let second: Int

        /// - Parameter second: since 1970.
        init(second: Int) {
            self.second = second
            line = Array("date: \(DateFormat.http(second))\r\n".utf8)
        }

        mutating func update(to second: Int) {
            if second != self.second { self = DateField(second: second) }
        }
    }

    /// CLOCK_MONOTONIC.
    var nanoseconds: UInt64
    private(set) var date: DateField

    /// - Parameters:
    ///   - nanoseconds: of CLOCK_MONOTONIC.
    ///   - second: of the wall clock, since 1970.
    init(nanoseconds: UInt64, second: Int = 0) {
        self.nanoseconds = nanoseconds
        date = DateField(second: second)
    }

    /// A pass begins.
    mutating func begin(at nanoseconds: UInt64, second: Int) {
        self.nanoseconds = nanoseconds
        date.update(to: second)
    }
}
