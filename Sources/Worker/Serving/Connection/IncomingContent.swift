/// The content of a request whose handler reads it piece by piece.
struct IncomingContent {
    /// What a handler hears of it.
    enum Event {
        case piece([UInt8])
        case end
        /// The rest does not come.
        case failure(Refusal)
        /// Nobody reads the rest: the request is answered.
        case closed
    }

    /// Of its request.
    let number: Int
    /// Whether the handler waits for a piece.
    var isAsked = false
    /// The rest does not come, as the handler is still to hear.
    var failure: Refusal?
}
