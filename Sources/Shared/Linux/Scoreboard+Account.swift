package import Contract

extension Scoreboard.Slot {
    /// What the slot says of its worker's work, as far as it can be true of a worker of that age.
    package struct Account: Sendable {
        /// Answered, ever.
        package let requests: UInt64
        /// How long they took.
        package let latency: LatencyHistogram
        /// Open now.
        package let connections: Int
        /// Requests that are with the application, the oldest first.
        package let inFlight: [InFlightRequest]
        /// More of them, for which there was no entry.
        package let unrecorded: Int

        /// That of a worker that has shown nothing yet.
        package static let empty = Account(
            requests: 0, latency: LatencyHistogram(), connections: 0, inFlight: [], unrecorded: 0)
    }

    /// No loop answers more: the fastest answer takes longer than a microsecond.
    private static let mostAnswersPerSecond: Int64 = 1_000_000
    /// Requests of one connection that can be in flight at once; Serving has fewer.
    private static let mostPerConnection = 64

    /// - Parameters:
    ///   - started: CLOCK_MONOTONIC, when the worker was started. No request is older, and none was answered before.
    ///   - limit: of its connections.
    package func account(since started: Duration, connections limit: Int) -> Account {
        let found = inFlight
        // After all was looked at: what has begun meanwhile is not younger than nothing.
        let now = max(started, MonotonicClock.now)
        let (seconds, attoseconds) = (now - started).components
        let answers = UInt64(seconds * Self.mostAnswersPerSecond + attoseconds / 1_000_000_000_000)
        return Account(
            requests: min(requests, answers), latency: latency(atMost: answers), connections: min(connections, limit),
            inFlight: found.map {
                InFlightRequest(method: $0.method, target: $0.target, started: min(max(started, $0.started), now))
            }.sorted { $0.started < $1.started },
            unrecorded: min(unrecorded, limit * Self.mostPerConnection))
    }
}
