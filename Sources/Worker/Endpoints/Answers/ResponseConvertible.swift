public import Messages

/// A type that a handler may return.
public protocol ResponseConvertible: Sendable {
    /// What the OpenAPI document says about the response's content; nil if nothing is known about it.
    static var content: ResponseContent? { get }

    /// The value as a response.
    /// - Parameter status: the endpoint's.
    func response(_ status: Status) -> Response
}

/// The media type and the schema of a response's content.
public struct ResponseContent: Sendable {
    /// Such as `application/json`.
    public let mediaType: String
    /// The schema of the content.
    public let schema: Schema

    /// Content of that media type and schema.
    public init(_ mediaType: String, _ schema: Schema) {
        self.mediaType = mediaType
        self.schema = schema
    }
}

extension ResponseValue {
    /// `application/json` with the type's schema.
    public static var content: ResponseContent? { ResponseContent("application/json", schema) }

    /// The value as JSON.
    public func response(_ status: Status) -> Response {
        var writer = JSONWriter(capacity: 256)
        write(to: &writer)
        return Response(status, fields: Response.jsonFields, body: writer.bytes)
    }
}

extension Response: ResponseConvertible {
    /// Nil: it may be anything.
    public static var content: ResponseContent? { nil }

    /// The response itself; it keeps its own status.
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

/// A response without content: 204.
public struct NoContent: ContentlessResponse, Hashable {
    /// The only value there is.
    public init() {}

    /// Nil.
    public static var content: ResponseContent? { nil }

    /// 204, unless the endpoint declares another status than 200.
    public func response(_ status: Status) -> Response { Response(status == .ok ? .noContent : status) }
}

/// A response that is a 204 unless its endpoint declares another status, so that the document says so.
protocol ContentlessResponse: ResponseConvertible {}

extension Reply: ContentlessResponse where Value: ContentlessResponse {}

/// The JSON of a `Value`, encoded already from another form, such as a row of a database. The document shows the schema of
/// `Value`.
public struct EncodedJSON<Value: ResponseValue>: ResponseConvertible, Hashable {
    @usableFromInline let json: [UInt8]

    /// - Parameter writer: it must have written exactly one whole value.
    public init(_ writer: consuming JSONWriter) {
        json = writer.bytes
    }

    /// `application/json` with the schema of `Value`.
    public static var content: ResponseContent? { Value.content }

    /// The JSON as it was written.
    @inlinable
    public func response(_ status: Status) -> Response {
        Response(status, fields: Response.jsonFields, body: json)
    }
}
