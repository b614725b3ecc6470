public import Messages

/// A type that an endpoint may return.
public protocol ResponseConvertible: Sendable {
    /// What the document says of the answer's content; nil when nothing is known of it.
    static var content: ResponseContent? { get }

    /// The value as an answer.
    func response(_ status: Status) -> Response
}

/// The media type and schema of an answer's content.
public struct ResponseContent: Sendable {
    /// Such as `application/json`.
    public let mediaType: String
    /// Of what is within.
    public let schema: Schema

    /// Content by its parts.
    public init(_ mediaType: String, _ schema: Schema) {
        self.mediaType = mediaType
        self.schema = schema
    }
}

extension ResponseValue {
    /// `application/json` of the type's schema.
    public static var content: ResponseContent? { ResponseContent("application/json", schema) }

    /// The value as JSON.
    public func response(_ status: Status) -> Response {
        var writer = JSONWriter(capacity: 256)
        write(to: &writer)
        return Response(status, fields: Response.jsonFields, body: writer.bytes)
    }
}

extension Response: ResponseConvertible {
    /// Unknown: it may be anything.
    public static var content: ResponseContent? { nil }

    /// The answer as it is; it has its own status.
    public func response(_ status: Status) -> Response { self }
}

extension Response {
    @usableFromInline static let jsonFields = [Field("content-type", "application/json")]

    /// `{"detail":"..."}`
    static func detail(_ status: Status, _ detail: String, fields: [Field] = []) -> Response {
        var writer = JSONWriter()
        writer.raw("{\"detail\":")
        writer.string(detail)
        writer.raw("}")
        return Response(status, fields: jsonFields + fields, body: writer.bytes)
    }
}
