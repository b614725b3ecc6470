/// What the server knows of a request beside its bytes.
public struct ConnectionInfo: Hashable, Sendable {
    /// How the client speaks to the service: what its URLs start with.
    public enum Scheme: String, Sendable {
        case http, https
    }

    /// X-Forwarded-Proto when a trusted proxy sent it, else the connection's own.
    public var scheme: Scheme
    /// Whether the peer is a trusted proxy, so that what its fields say of the client and of the request may be believed.
    public var isTrusted: Bool
    /// Host and port of the listening address.
    public var authority: String
    /// The peer's address without its port; empty for a unix socket.
    public var peer: String
    /// When the server gives the request up (`--request-timeout`): CLOCK_MONOTONIC, nanoseconds; nil for never.
    public var deadline: UInt64?

    /// What a request of a plain connection on this machine looks like, where nothing else is said.
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
