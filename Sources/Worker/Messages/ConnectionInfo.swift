/// What the server knows of a request beside its bytes.
public struct ConnectionInfo: Hashable, Sendable {
    /// `http` or `https`: X-Forwarded-Proto when a trusted proxy sent it, else the connection's own.
    public var scheme: String
    /// Host and port as the client named them (RFC 9110, section 7.2); the listening address when it named none.
    public var authority: String
    /// The peer's address without its port; empty for a unix socket.
    public var peer: String
    /// Whether the server is on its way out, and wants no new work.
    public var isDraining: Bool

    /// What a request of a plain connection on this machine looks like, where nothing else is said.
    public init(scheme: String = "http", authority: String = "localhost", peer: String = "", isDraining: Bool = false) {
        self.scheme = scheme
        self.authority = authority
        self.peer = peer
        self.isDraining = isDraining
    }
}
