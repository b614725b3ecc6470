internal import Contract
import Messages

/// Where a connection comes from: its other end, and what a proxy says about it in the header of the PROXY protocol.
struct ConnectionOrigin: Sendable {
    let peer: SocketAddress
    /// Nil without the PROXY protocol.
    var header: ProxyHeader?

    /// The end whose fields about the client are read if it is trusted; nil if nobody knows it.
    private var end: SocketAddress? {
        switch header?.source {
        case nil, .proxy: peer
        case .unknown: nil
        case .client(let client): client
        }
    }

    /// What counts against `--max-connections-per-address`. The proxy's own connections do not; neither do those of unix
    /// sockets.
    var countedNetwork: UInt64? {
        switch header?.source {
        case nil: peer.isLocal ? nil : peer.network
        case .proxy, .unknown: nil
        case .client(let client): client.network
        }
    }

    /// What its requests know about it.
    func connectionInfo(_ proxies: ProxySettings, authority: String) -> ConnectionInfo {
        let isTrusted = end.map { proxies.trusted.trustsPeer($0.ip) } ?? false
        let client = end?.host ?? "unknown"
        let isAlwaysNeeded = client != peer.host || !proxies.rootPath.isEmpty
        return ConnectionInfo(
            scheme: header?.isTLS == true ? .https : .http, authority: authority, peer: peer.host,
            isTrusted: isTrusted, deadline: nil,
            forwarding: isTrusted || isAlwaysNeeded
                ? ForwardedReader(proxies, client: client, isAlwaysNeeded: isAlwaysNeeded) : nil)
    }
}

/// What a server believes of proxies.
struct ProxySettings: Sendable {
    let trusted: TrustedProxies
    let expectsHeader: Bool
    let rootPath: String

    init(_ settings: Settings) {
        trusted = settings.forwardedAllowIps
        expectsHeader = settings.proxyProtocol
        rootPath = settings.rootPath
    }

    /// Whether a connection begins with the header of the PROXY protocol.
    func expectsHeader(from peer: SocketAddress) -> Bool {
        expectsHeader && trusted.trustsPeer(peer.ip)
    }
}

/// Reads what the proxies in front of a connection say about the client of a request.
final class ForwardedReader: Forwarding {
    private let proxies: ProxySettings
    /// The client as far as the connection shows it.
    private let client: String

    let isAlwaysNeeded: Bool

    init(_ proxies: ProxySettings, client: String, isAlwaysNeeded: Bool) {
        self.proxies = proxies
        self.client = client
        self.isAlwaysNeeded = isAlwaysNeeded
    }

    func read(_ head: RequestHead, _ connection: ConnectionInfo) -> Forwarded {
        var forwarded = Forwarded(client: client, scheme: connection.scheme, rootPath: proxies.rootPath)
        guard connection.isTrusted else { return forwarded }
        var rootPath: String?
        var port: UInt16?
        // Each hop was written by a proxy that is trusted: by the connection's end, or by one that a trusted one names.
        hops: for hop in ForwardedHops.read(head) {
            if let scheme = hop.scheme { forwarded.scheme = scheme }
            if let authority = hop.authority { (forwarded.authority, port) = (authority, nil) }
            if let given = hop.port { port = given }
            if let prefix = hop.rootPath { rootPath = prefix + (rootPath ?? "") }
            switch hop.node {
            case .address(let address):
                forwarded.client = address.description
                if !proxies.trusted.trusts(address) { break hops }
            case .hidden(let name):
                forwarded.client = name
                break hops
            // Who has written what follows is not known.
            case nil: break hops
            }
        }
        if let rootPath { forwarded.rootPath = rootPath }
        if let port { forwarded.authority = Self.authority(forwarded, head, port) }
        return forwarded
    }

    /// Host and port, where a proxy gives the port by itself. One that the host has already takes precedence: a port may be
    /// mapped on the way.
    private static func authority(_ forwarded: Forwarded, _ head: RequestHead, _ port: UInt16) -> String? {
        let sent = head.authority.map { head.bytes.span.text($0) }
        guard let host = forwarded.authority ?? sent else { return nil }
        let hasPort =
            host.utf8.last.map { $0 != UInt8(ascii: "]") } == true
            && host[(host.lastIndex(of: "]") ?? host.startIndex)...].contains(":")
        if hasPort || port == (forwarded.scheme == .https ? 443 : 80) { return host }
        return "\(host):\(port)"
    }
}
