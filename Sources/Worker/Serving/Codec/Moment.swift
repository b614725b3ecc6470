/// A point in time, as deadlines and as answers need it.
struct Moment: Sendable {
    /// CLOCK_MONOTONIC.
    var nanoseconds: UInt64
    var date: HTTPDate

    /// - Parameter second: of the wall clock, since 1970.
    mutating func begin(at nanoseconds: UInt64, second: Int) {
        self.nanoseconds = nanoseconds
        date.update(to: second)
    }
}
