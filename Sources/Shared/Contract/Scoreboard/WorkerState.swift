/// A worker's state, as it writes it to the scoreboard.
package enum WorkerState: UInt32, Sendable {
    /// No worker has the slot.
    case vacant = 0
    case booting = 1
    /// Accepts connections.
    case ready = 2
    /// Accepts no connection, and finishes those that it has.
    case draining = 3
}

/// A request that the application is working on, as its worker writes it to the scoreboard.
package struct InFlightRequest: Equatable, Sendable {
    package let method: String
    /// The path without its query, which may hold secrets; at most 128 bytes. Bytes other than visible ASCII are escaped.
    package let target: String
    /// CLOCK_MONOTONIC, when its head was complete.
    package let started: Duration

    package init(method: String, target: String, started: Duration) {
        self.method = method
        self.target = target
        self.started = started
    }
}
