/// A type whose values an endpoint can answer with, as JSON.
public protocol ResponseValue: ResponseConvertible {
    /// What the document says of it.
    static var schema: Schema { get }

    /// Writes the value as JSON.
    func write(to writer: inout JSONWriter)

    /// Whether an object that has it as a property shows it; false leaves its name out too.
    var isWritten: Bool { get }
}

extension ResponseValue {
    /// True: it is always shown.
    @inlinable
    public var isWritten: Bool { true }

    /// The value as a JSON value, by way of its text.
    var json: JSON {
        var writer = JSONWriter()
        write(to: &writer)
        return (try? JSON(parsing: writer.bytes)) ?? .null
    }
}
