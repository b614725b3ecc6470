/// How many requests are answered per second now: a value without a clock. It compares with a measurement that is 5 to 10
/// seconds old.
struct TrafficWindow {
    struct Measurement: Equatable {
        /// Answered since the start.
        var requests: UInt64 = 0
        /// Of these, with a 5xx.
        var serverErrors: UInt64 = 0
    }

    struct Rates: Equatable {
        let requests: Double
        let serverErrors: Double
    }

    static let interval = Duration.seconds(5)
    /// Just after the start, one request is not a thousand per second.
    private static let shortest = Duration.seconds(1)

    /// The newest comes last.
    private var measured: [(time: Duration, Measurement)] = []

    /// When to measure again; nil before the first time.
    var due: Duration? { measured.last.map { $0.time + Self.interval } }

    /// - Parameter now: of any clock that never goes back.
    mutating func record(_ measurement: Measurement, at now: Duration) {
        measured = measured.suffix(1) + [(now, measurement)]
    }

    /// Nil before the first measurement.
    func rates(to measurement: Measurement, at now: Duration) -> Rates? {
        guard let (time, old) = measured.first else { return nil }
        let seconds = max(now - time, Self.shortest) / .seconds(1)
        // A worker could write a smaller number than before.
        func rate(_ old: UInt64, _ new: UInt64) -> Double { new > old ? Double(new - old) / seconds : 0 }
        return Rates(
            requests: rate(old.requests, measurement.requests),
            serverErrors: rate(old.serverErrors, measurement.serverErrors))
    }
}
