/// What is counted and logged of a request whose answer goes out. Its words are apart (`RequestWords`): numbers alone
/// cost next to nothing.
struct AnsweredRequest {
    /// Nanoseconds, from its arrival to its answer.
    let latency: UInt64
    let status: Int
    /// Bytes of the answer's content.
    let size: Int
}
