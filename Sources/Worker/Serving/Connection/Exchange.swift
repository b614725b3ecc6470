import Messages

/// A request that has come, and its answer once there is one; sent in the order of the requests (RFC 9112, 9.3.2).
struct Exchange {
    /// Counts the requests of the connection.
    let number: Int
    let arrival: UInt64
    let isHead: Bool
    let isSafe: Bool
    /// Whether the answer says that the connection stays, or that it closes.
    var persistence: ResponseEncoder.Persistence
    var response: Response?
    /// For the access log; nil when there is none.
    var words: RequestWords?
}
