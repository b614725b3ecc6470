/// What a worker says of itself on the scoreboard.
package enum WorkerState: UInt32, Sendable {
    /// Nobody has the slot.
    case vacant = 0
    case booting = 1
    /// Accepts connections.
    case ready = 2
    /// Accepts none, and finishes those that it has.
    case draining = 3
}
