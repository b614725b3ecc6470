/// A request that is with the application: what a worker was doing when it came to grief.
package struct InFlightRequest: Equatable, Sendable {
    package let method: String
    /// The path without its query, which may hold secrets; at most 128 bytes of it. What is no visible ASCII is escaped.
    package let target: String
    /// CLOCK_MONOTONIC, when its head was complete.
    package let started: Duration

    /// One by its parts.
    package init(method: String, target: String, started: Duration) {
        self.method = method
        self.target = target
        self.started = started
    }
}
