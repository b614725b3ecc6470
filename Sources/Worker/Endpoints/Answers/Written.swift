public import Messages

/// The JSON of a value, written by who has the value in another form, such as a row of a database. The document shows the
/// value's type.
public struct Written<Value: ResponseValue>: ResponseConvertible, Hashable {
    @usableFromInline let json: [UInt8]

    /// - Parameter writer: what has written one whole value, and nothing else.
    public init(_ writer: consuming JSONWriter) {
        json = writer.bytes
    }

    /// `application/json` of the value's schema.
    public static var content: ResponseContent? { Value.content }

    /// The JSON as it was written.
    @inlinable
    public func response(_ status: Status) -> Response {
        Response(status, fields: Response.jsonFields, body: json)
    }
}
