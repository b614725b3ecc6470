/// A type whose values an endpoint can answer with, as JSON.
public protocol ResponseValue: ResponseConvertible {
    /// What the document says of it.
    static var schema: Schema { get }

    /// Writes the value as JSON.
    func write(to writer: inout JSONWriter)
}
