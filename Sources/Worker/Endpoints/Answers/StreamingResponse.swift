public import Messages

/// A response whose content is made while it is sent: a large export, server-sent events.
public struct StreamingResponse: ResponseConvertible {
    private let make: @Sendable (Status) -> Response

    /// See `Response.init(_:fields:stream:length:)` for when the sequence starts, stops and is cancelled.
    /// - Parameters:
    ///   - mediaType: such as `text/csv`.
    ///   - pieces: of the content. A piece is asked for when the client has taken the earlier ones, except for a few.
    ///   - length: of the whole content in bytes, if known.
    ///   - fields: further fields of the response.
    public init<Pieces: AsyncSequence & Sendable>(
        _ mediaType: String, _ pieces: Pieces, length: Int? = nil, fields: [Field] = []
    ) where Pieces.Element == [UInt8] {
        let fields = [Field("content-type", mediaType)] + fields
        make = { Response($0, fields: fields, stream: pieces, length: length) }
    }

    /// Nil: the media type belongs to the value, not to the type.
    public static var content: ResponseContent? { nil }

    /// The response. Its sequence has not started.
    public func response(_ status: Status) -> Response { make(status) }
}
