/// What is counted and logged of a request whose answer goes out. Its words are apart (`RequestWords`): numbers alone
/// cost next to nothing.
struct AnsweredRequest {
    /// Nanoseconds, from its arrival to its answer; for the access log to the last byte that the socket took.
    var latency: UInt64
    let status: Int
    /// Bytes of the answer's content.
    var size: Int
    /// Whether the connection ended before the client had all of it: the size is what the socket took.
    var isAborted = false
}
