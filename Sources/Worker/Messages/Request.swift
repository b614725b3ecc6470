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

    /// Host and port as the client sent them, or as a trusted proxy says it did (`X-Forwarded-Host`); the listening address if
    /// it sent none.
    public var authority: String {
        if let authority = forwarded?.authority { return authority }
        return head.authority.map { String(decoding: head.bytes[$0], as: UTF8.self) } ?? connection.authority
    }

    /// The address of the client, without its port: as trusted proxies name it (`Forwarded`, `X-Forwarded-For`, the PROXY
    /// protocol), or else `ConnectionInfo.peer`. `unknown`, or a name that begins with `_`, if a trusted proxy hides it
    /// (RFC 7239, section 6).
    ///
    /// The fields are parsed each time: keep the result.
    public var client: String { forwarded?.client ?? connection.peer }

    /// The scheme of the client's URL: as a trusted proxy says, or else the connection's own.
    public var scheme: ConnectionInfo.Scheme { forwarded?.scheme ?? connection.scheme }

    /// The path below which the client sees the application (`--root-path`, `X-Forwarded-Prefix`), such as `/kitchen`; it does
    /// not end with a slash. Empty for most. `path` does not have it.
    public var rootPath: String { forwarded?.rootPath ?? "" }

    private var forwarded: Forwarded? { connection.forwarding?.read(head, connection) }

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

    private struct Values {
        var scheme: Scheme
        var isTrusted: Bool
        var authority: String
        var peer: String
        var forwarding: (any Forwarding)?
    }

    /// An object, because all requests of a connection have the same, and each is copied some times.
    private final class Shared: Sendable {
        let values: Values

        init(_ values: Values) {
            self.values = values
        }
    }

    private var shared: Shared

    private mutating func change(_ change: (inout Values) -> Void) {
        var values = shared.values
        change(&values)
        shared = Shared(values)
    }

    /// Of the connection: `https` only if the header of the PROXY protocol says so. `Request.scheme` is the client's.
    public var scheme: Scheme {
        get { shared.values.scheme }
        set { change { $0.scheme = newValue } }
    }

    /// Whether the peer is a trusted proxy (`--forwarded-allow-ips`), so that the fields that it adds about the client can be
    /// believed. With the PROXY protocol, the client that the header names must be one, too.
    public var isTrusted: Bool {
        get { shared.values.isTrusted }
        set { change { $0.isTrusted = newValue } }
    }

    /// Host and port of the listening address.
    public var authority: String {
        get { shared.values.authority }
        set { change { $0.authority = newValue } }
    }

    /// The peer's address without its port; empty for a unix socket.
    public var peer: String {
        get { shared.values.peer }
        set { change { $0.peer = newValue } }
    }

    /// When the server gives up on the request (`--request-timeout`): CLOCK_MONOTONIC, nanoseconds; nil for never.
    public var deadline: UInt64?

    /// Nil if no proxy says anything about the client.
    package var forwarding: (any Forwarding)? {
        get { shared.values.forwarding }
        set { change { $0.forwarding = newValue } }
    }

    /// The defaults are those of a plain connection on this machine.
    public init(
        scheme: Scheme = .http, authority: String = "localhost", peer: String = "", isTrusted: Bool = false,
        deadline: UInt64? = nil
    ) {
        self.init(
            scheme: scheme, authority: authority, peer: peer, isTrusted: isTrusted, deadline: deadline, forwarding: nil)
    }

    package init(
        scheme: Scheme, authority: String, peer: String, isTrusted: Bool, deadline: UInt64?,
        forwarding: (any Forwarding)?
    ) {
        shared = Shared(
            Values(scheme: scheme, isTrusted: isTrusted, authority: authority, peer: peer, forwarding: forwarding))
        self.deadline = deadline
    }

    /// Whether all that they say is the same.
    public static func == (one: ConnectionInfo, other: ConnectionInfo) -> Bool {
        one.scheme == other.scheme && one.isTrusted == other.isTrusted && one.authority == other.authority
            && one.peer == other.peer && one.deadline == other.deadline && one.forwarding === other.forwarding
    }

    /// Of the two ends, and the deadline.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(authority)
        hasher.combine(peer)
        hasher.combine(deadline)
    }
}

/// What trusted proxies say about the client of a request.
package struct Forwarded: Hashable, Sendable {
    package var client: String
    package var scheme: ConnectionInfo.Scheme
    /// Nil if they say nothing about it.
    package var authority: String?
    package var rootPath: String

    package init(
        client: String, scheme: ConnectionInfo.Scheme = .http, authority: String? = nil, rootPath: String = ""
    ) {
        self.client = client
        self.scheme = scheme
        self.authority = authority
        self.rootPath = rootPath
    }
}

/// Reads it when somebody asks: most requests come through a proxy, and few handlers want to know.
package protocol Forwarding: AnyObject, Sendable {
    /// Whether it has something to say about requests without a field of a proxy, too.
    var isAlwaysNeeded: Bool { get }

    func read(_ head: RequestHead, _ connection: ConnectionInfo) -> Forwarded
}
