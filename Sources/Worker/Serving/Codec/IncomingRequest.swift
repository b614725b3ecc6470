import Messages

/// A request as the parser gives it, before the connection adds what it knows.
struct IncomingRequest {
    var head: RequestHead
    /// Empty for one whose content is yet to come.
    var body: [UInt8]
    /// Whether its content is yet to come, piece by piece.
    var isStreamed: Bool
    /// The value of X-Forwarded-Proto, in the head's bytes.
    var forwardedScheme: Range<Int>?
    /// When its head was complete.
    var arrival: UInt64
    /// Whether it is HTTP/1.0.
    var isOld: Bool
    /// Whether the client keeps the connection for more requests.
    var isPersistent: Bool
}
