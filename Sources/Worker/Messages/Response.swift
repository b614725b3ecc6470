/// A response, whole or streamed. The server adds `date`, `connection` and `content-length` or `transfer-encoding` itself, and
/// `x-process-time` if the application wants it (`Application.sendsProcessTime`).
public struct Response: Sendable {
    /// The status code and reason phrase.
    public var status: Status
    /// The header section without the fields that the server adds.
    public var fields: [Field]
    /// The content. Empty if there is none, or if it is streamed.
    public var body: [UInt8]
    /// What few responses have, in one object so that the others pay for one pointer.
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

    /// Whether there may be a `stream` or `whenSent`: cheaper to ask than either, and false for nearly all.
    package var hasExtras: Bool { extras != nil }

    /// Called once on the loop: when the last byte has been handed to the socket, or when the response is not sent in full
    /// because the connection has ended or another response took its place.
    ///
    /// If you set it, call the previous value too.
    package var whenSent: (@Sendable () -> Void)? {
        get { extras?.whenSent }
        set { extras = Extras(stream: stream, whenSent: newValue) }
    }

    /// A response with its whole content.
    public init(_ status: Status, fields: [Field] = [], body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// A response whose content is made while it is sent. The server asks for a piece when the client has taken the earlier
    /// ones, except for a few.
    ///
    /// The sequence starts when this response is the next to send; for a HEAD request it does not start. It is cancelled when
    /// the client disconnects. The server notices that only when it sends, so a sequence with long pauses should send
    /// something now and then. If the sequence throws, the server cuts the connection, so that the client does not mistake
    /// what it has received for the whole.
    /// - Parameter length: of the content in bytes, if known. The client is told; more bytes are not sent, and fewer are a
    ///   failure.
    public init<Pieces: AsyncSequence & Sendable>(
        _ status: Status, fields: [Field] = [], stream: Pieces, length: Int? = nil
    ) where Pieces.Element == [UInt8] {
        self.init(status, fields: fields)
        extras = Extras(stream: ResponseStream(stream, length: length), whenSent: nil)
    }
}

/// The content of a streamed response.
package final class ResponseStream: Sendable {
    /// Called for each piece; it returns when there is room for another.
    package typealias Sink = @Sendable ([UInt8]) async throws -> Void

    /// In bytes, if known.
    package let length: Int?
    private let body: @Sendable (Sink) async throws -> Void

    fileprivate init<Pieces: AsyncSequence & Sendable>(
        _ pieces: Pieces, length: Int?
    ) where Pieces.Element == [UInt8] {
        precondition(length ?? 0 >= 0, "the length of a response must not be negative")
        self.length = length
        body = { sink in
            for try await piece in pieces { try await sink(piece) }
        }
    }

    /// Makes the pieces, each after the sink has taken the one before.
    package func run(_ sink: Sink) async throws {
        try await body(sink)
    }
}
