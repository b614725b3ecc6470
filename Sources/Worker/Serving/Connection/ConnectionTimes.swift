/// How long a connection waits for its client, in nanoseconds.
struct ConnectionTimes: Sendable {
    /// For a head, from its first byte; for the first one from the connection's opening.
    var head: UInt64 = 10_000_000_000
    /// For the next request.
    var keepAlive: UInt64 = 75_000_000_000
    /// For more of a body, and for memory to take more of it. A client must be fast enough, too (`MinimumRate`).
    var body: UInt64 = 30_000_000_000
    /// For the client to read more of its answers; the same holds.
    var send: UInt64 = 30_000_000_000
    /// For a request's answer, or for its head, from its arrival; nil is for ever.
    var request: UInt64?
    /// For one more request while the worker drains.
    var lastChance: UInt64 = 1_000_000_000
    /// For the client's end after the server's, or for more of what it still sends.
    var linger: UInt64 = 2_000_000_000
    /// For the client's end, however much it still sends.
    var longestLinger: UInt64 = 30_000_000_000
}
