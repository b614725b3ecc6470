/// A request: its head as it came, cut into slices, and its content.
///
/// Slices refer to one array of bytes, that of the head.
public struct Request: Sendable {
    /// The request line and the field lines.
    public var head: RequestHead
    /// The content, its transfer coding removed; empty when there is none, or when it is to be read from `stream`.
    public var body: [UInt8]
    /// Where it came from.
    public var connection: ConnectionInfo
    /// Of content that is not in `body`.
    private let source: (any ContentStream.Source)?

    /// A request by its head.
    public init(head: RequestHead, body: [UInt8] = [], connection: ConnectionInfo = ConnectionInfo()) {
        self.head = head
        self.body = body
        self.connection = connection
        source = nil
    }

    /// A request whose content is yet to come.
    package init(head: RequestHead, source: any ContentStream.Source, connection: ConnectionInfo) {
        self.head = head
        body = []
        self.connection = connection
        self.source = source
    }

    /// A request by its parts, for tests and for programs that call an application themselves.
    public init(
        _ method: Method, _ target: String, fields: [Field] = [], body: [UInt8] = [],
        connection: ConnectionInfo = ConnectionInfo()
    ) {
        self.init(head: RequestHead(method, target, fields: fields), body: body, connection: connection)
    }

    /// The content, piece by piece, whether it is there already or not (`Application.content`).
    public var stream: ContentStream { source.map { ContentStream($0) } ?? ContentStream(body) }

    /// As it stands in the request line.
    public var method: Method { head.method }

    /// The path of the target as it came, still percent-encoded; it starts with a slash. It is `*` when OPTIONS asks of the
    /// whole server (RFC 9110, section 9.3.7).
    public var path: ArraySlice<UInt8> { head.bytes[head.path] }

    /// What follows the first question mark of the target, still encoded; nil when there is none.
    public var query: ArraySlice<UInt8>? { head.query.map { head.bytes[$0] } }

    /// Host and port as the client named them; the listening address when it named none.
    public var authority: String {
        head.authority.map { String(decoding: head.bytes[$0], as: UTF8.self) } ?? connection.authority
    }

    /// The value of the first field of that name.
    /// - Parameter name: in lower case.
    public func value(of name: StaticString) -> String? {
        head.firstValue(of: name).map { String(decoding: head.bytes[$0], as: UTF8.self) }
    }
}
