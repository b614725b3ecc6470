/// A point in time, as deadlines and as answers need it.
struct Moment: Sendable {
    /// CLOCK_MONOTONIC.
    var nanoseconds: UInt64
    var date: HTTPDate
}
