/// An answer, whole. The server adds `date`, `content-length`, `x-process-time` and `connection` itself.
public struct Response: Sendable {
    /// Its code and reason phrase.
    public var status: Status
    /// The header section but for the fields that the server adds.
    public var fields: [Field]
    /// The content; empty when there is none.
    public var body: [UInt8]

    /// An answer by its parts.
    public init(_ status: Status, fields: [Field] = [], body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
    }
}
