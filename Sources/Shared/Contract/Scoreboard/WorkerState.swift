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
    /// That the worker made, or a proxy sent: visible ASCII, at most 128 bytes.
    package let id: String
    /// The trace that it belongs to (W3C Trace Context), 32 hexadecimal digits; nil for none.
    package let trace: String?

    package init(method: String, target: String, started: Duration, id: String, trace: String? = nil) {
        self.method = method
        self.target = target
        self.started = started
        self.id = id
        self.trace = trace
    }

    /// The same, with another time.
    package func started(at time: Duration) -> InFlightRequest {
        InFlightRequest(method: method, target: target, started: time, id: id, trace: trace)
    }
}
