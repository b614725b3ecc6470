/// How long a slot waits before its next worker, so that one that fails at once costs little.
struct Backoff: Equatable {
    static let shortest = Duration.milliseconds(100)
    static let longest = Duration.seconds(30)
    /// A worker that was ready for so long was a good one.
    static let health = Duration.seconds(10)

    var next = shortest

    var isFresh: Bool { next == Self.shortest }

    /// - Parameter healthy: how long the worker that failed had been ready.
    mutating func recover(after healthy: Duration) {
        if healthy >= Self.health { next = Self.shortest }
    }

    mutating func delay() -> Duration {
        defer { next = min(next * 2, Self.longest) }
        return next
    }
}
