/// The content of an answer that is made while it is sent.
struct OutgoingContent {
    /// How the client knows its end (RFC 9112, section 6.3).
    enum Framing {
        case chunked
        case sized(remaining: Int)
        /// For a client of HTTP/1.0.
        case untilClose
    }

    var framing: Framing
    let status: Int
    /// Bytes of content so far.
    var size = 0
    /// Whether its maker waits until there is room for more.
    var isWaiting = false
}
