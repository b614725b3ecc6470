/// A request: its head and its content.
public struct Request: Sendable {
    /// The request line and the field lines.
    public var head: RequestHead
    /// The content without its transfer coding. Empty if there is none, or if it is read from `stream`.
    public var body: [UInt8]
    /// Where the request came from.
    public var connection: ConnectionInfo
    package let identity: RequestIdentity
    /// Of content that is not in `body`.
    private let source: (any ContentStream.Source)?

    /// A request with a parsed head.
    public init(head: RequestHead, body: [UInt8] = [], connection: ConnectionInfo = ConnectionInfo()) {
        self.init(
            head: head, body: body, connection: connection,
            identity: RequestIdentity(
                number: .random(in: .min ... .max), head: head, isTrusted: connection.isTrusted))
    }

    /// A request that a server has received.
    package init(
        head: RequestHead, body: [UInt8] = [], connection: ConnectionInfo, identity: RequestIdentity
    ) {
        self.head = head
        self.body = body
        self.connection = connection
        self.identity = identity
        source = nil
    }

    /// A request whose content is yet to come.
    package init(
        head: RequestHead, source: any ContentStream.Source, connection: ConnectionInfo, identity: RequestIdentity
    ) {
        self.head = head
        body = []
        self.connection = connection
        self.identity = identity
        self.source = source
    }

    /// A request built by hand, for tests and for programs that call an application themselves.
    public init(
        _ method: Method, _ target: String, fields: [Field] = [], body: [UInt8] = [],
        connection: ConnectionInfo = ConnectionInfo()
    ) {
        self.init(head: RequestHead(method, target, fields: fields), body: body, connection: connection)
    }

    /// The content as a stream, whether it has been received or not (`Application.contentMode`).
    public var stream: ContentStream { source.map { ContentStream($0) } ?? ContentStream(body) }

    /// Identifies the request in logs and responses: `x-request-id` if a trusted proxy sent it, else 16 random hexadecimal
    /// digits.
    public var id: String { identity.id }

    /// The trace that the request belongs to, of its field `traceparent`; nil without a well-formed one.
    public var trace: TraceContext? { identity.given?.trace }

    /// The method of the request line.
    public var method: Method { head.method }

    /// The path of the target, still percent-encoded; it starts with a slash. It is `*` for OPTIONS of the whole server
    /// (RFC 9110, section 9.3.7).
    public var path: ArraySlice<UInt8> { head.bytes[head.path] }

    /// What follows the first question mark of the target, still percent-encoded; nil without one.
    public var query: ArraySlice<UInt8>? { head.query.map { head.bytes[$0] } }

    /// Host and port as the client sent them; the listening address if it sent none.
    public var authority: String {
        head.authority.map { String(decoding: head.bytes[$0], as: UTF8.self) } ?? connection.authority
    }

    /// The value of the first field with that name.
    /// - Parameter name: in lower case.
    public func header(_ name: StaticString) -> String? {
        head.firstValue(of: name).map { String(decoding: head.bytes[$0], as: UTF8.self) }
    }
}

/// What the server knows about a request beside its bytes.
public struct ConnectionInfo: Hashable, Sendable {
    /// The scheme of the client's URL.
    public enum Scheme: String, Sendable {
        case http, https
    }

    /// From `x-forwarded-proto` if a trusted proxy sent it, else the connection's own.
    public var scheme: Scheme
    /// Whether the peer is a trusted proxy, so that the fields that it adds about the client can be believed.
    public var isTrusted: Bool
    /// Host and port of the listening address.
    public var authority: String
    /// The peer's address without its port; empty for a unix socket.
    public var peer: String
    /// When the server gives up on the request (`--request-timeout`): CLOCK_MONOTONIC, nanoseconds; nil for never.
    public var deadline: UInt64?

    /// The defaults are those of a plain connection on this machine.
    public init(
        scheme: Scheme = .http, authority: String = "localhost", peer: String = "", isTrusted: Bool = false,
        deadline: UInt64? = nil
    ) {
        self.scheme = scheme
        self.isTrusted = isTrusted
        self.authority = authority
        self.peer = peer
        self.deadline = deadline
    }
}

/// An identifier of a request or a failure, in logs and responses.
package enum RandomID {
    /// 16 hexadecimal digits.
    package static func make() -> String {
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
