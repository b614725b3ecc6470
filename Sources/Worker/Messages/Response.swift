/// An answer, whole or made while it is sent. The server adds `date`, `content-length` or `transfer-encoding`, and
/// `connection` itself, and `x-process-time` where the application wants it (`Application.isTimed`).
public struct Response: Sendable {
    /// Its code and reason phrase.
    public var status: Status
    /// The header section but for the fields that the server adds.
    public var fields: [Field]
    /// The content; empty when there is none, and for one that is made while it is sent.
    public var body: [UInt8]
    /// What few answers have, in one place that the others leave empty.
    private var extras: Extras?

    private final class Extras: Sendable {
        let stream: ResponseStream?
        let whenSent: (@Sendable () -> Void)?

        init(stream: ResponseStream?, whenSent: (@Sendable () -> Void)?) {
            self.stream = stream
            self.whenSent = whenSent
        }
    }

    package var stream: ResponseStream? { extras?.stream }

    /// Whether there may be a `stream` or `whenSent`: cheaper to ask for than they are, and false for nearly all.
    package var hasExtras: Bool { extras != nil }

    /// Called once on the loop: when the last byte of this answer has been handed to the socket, or when the answer is not
    /// sent, or not to its end, because the connection has ended before, or another answer has taken its place.
    ///
    /// Whoever sets it calls what was there before, if anything was.
    package var whenSent: (@Sendable () -> Void)? {
        get { extras?.whenSent }
        set { extras = Extras(stream: stream, whenSent: newValue) }
    }

    /// An answer by its parts.
    public init(_ status: Status, fields: [Field] = [], body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// An answer whose content is made while it is sent: a piece is asked for when the client has taken those before it,
    /// but for a few.
    ///
    /// The sequence is begun when it is this answer's turn, and not for a HEAD. It is cancelled when the client goes, which
    /// shows when something is sent: one that has long pauses does well to send something now and then. When it throws, the connection is cut, so that the client does not take what it has for the whole.
    /// - Parameter length: of the content in bytes, when it is known: the client is told, no more is sent, and less is
    ///   a failure.
    public init<Pieces: AsyncSequence & Sendable>(
        _ status: Status, fields: [Field] = [], stream: Pieces, length: Int? = nil
    ) where Pieces.Element == [UInt8] {
        self.init(status, fields: fields)
        extras = Extras(stream: ResponseStream(stream, length: length), whenSent: nil)
    }
}
