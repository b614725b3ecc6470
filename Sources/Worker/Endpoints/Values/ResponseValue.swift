/// A type whose values an endpoint can answer with, as JSON.
public protocol ResponseValue: ResponseConvertible {
    /// What the document says of it.
    static var schema: Schema { get }

    /// Writes the value as JSON.
    func write(to writer: inout JSONWriter)
}

extension ResponseValue {
    /// The value as a JSON value, by way of its text.
    var json: JSON {
        var writer = JSONWriter()
        write(to: &writer)
        return (try? JSON(parsing: writer.bytes)) ?? .null
    }
}
