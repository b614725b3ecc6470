public import Messages

/// An answer whose content is made while it is sent, such as a large export, or events as they happen.
public struct StreamedResponse: ResponseConvertible {
    private let make: @Sendable (Status) -> Response

    /// See `Response.init(_:fields:stream:length:)` for what becomes of the sequence.
    /// - Parameters:
    ///   - mediaType: such as `text/csv`.
    ///   - pieces: of the content; a piece is asked for when the client has taken those before it, but for a few.
    ///   - length: of all of them in bytes, when it is known.
    ///   - fields: further fields of the answer.
    public init<Pieces: AsyncSequence & Sendable>(
        _ mediaType: String, _ pieces: Pieces, length: Int? = nil, fields: [Field] = []
    ) where Pieces.Element == [UInt8] {
        let fields = [Field("content-type", mediaType)] + fields
        make = { Response($0, fields: fields, stream: pieces, length: length) }
    }

    /// Unknown: its media type is a matter of the value.
    public static var content: ResponseContent? { nil }

    /// The answer, its content not yet begun.
    public func response(_ status: Status) -> Response { make(status) }
}
