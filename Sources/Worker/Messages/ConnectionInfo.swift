/// What the server knows of a request beside its bytes.
public struct ConnectionInfo: Hashable, Sendable {
    /// How the client speaks to the service: what its URLs start with.
    public enum Scheme: String, Sendable {
        case http, https
    }

    /// X-Forwarded-Proto when a trusted proxy sent it, else the connection's own.
    public var scheme: Scheme
    /// Whether the server is on its way out, and wants no new work.
    public var isDraining: Bool
    /// Host and port of the listening address.
    public var authority: String
    /// The peer's address without its port; empty for a unix socket.
    public var peer: String

    /// What a request of a plain connection on this machine looks like, where nothing else is said.
    public init(scheme: Scheme = .http, authority: String = "localhost", peer: String = "", isDraining: Bool = false) {
        self.scheme = scheme
        self.isDraining = isDraining
        self.authority = authority
        self.peer = peer
    }
}
