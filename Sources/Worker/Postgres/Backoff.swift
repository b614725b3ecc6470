/// How long to wait before the next attempt to connect: longer after each failure, and different in each process.
struct Backoff: Equatable, Sendable {
    private static let first: UInt64 = 100_000_000
    private static let longest: UInt64 = 1_000_000_000

    private var failures: UInt64 = 0

    /// - Parameter jitter: from 0 up to 1.
    /// - Returns: nanoseconds.
    mutating func next(jitter: Double) -> UInt64 {
        let step = min(Self.longest, Self.first << min(failures, 10))
        failures += 1
        return UInt64(Double(step) * (0.5 + jitter / 2))
    }

    mutating func reset() {
        failures = 0
    }
}
