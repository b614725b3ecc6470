/// Somebody who wants to hear that an answer has been sent (`Response.whenSent`).
struct DueNotice {
    /// The request that is answered.
    let number: Int
    /// Where the answer ends among all bytes of the connection's output; nil while that is not known.
    var end: UInt64?
    let body: @Sendable () -> Void
}
