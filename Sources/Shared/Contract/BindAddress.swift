/// Where a master listens: `host:port`, `[ipv6]:port`, or `unix:path`.
package enum BindAddress: Hashable, Sendable, Codable, CustomStringConvertible {
    /// A host name or an address, and a port; port 0 lets the kernel choose one.
    case tcp(host: String, port: UInt16)
    case unix(path: String)

    /// sockaddr_un's limit, its closing NUL counted (unix(7)).
    package static let longestPath = 107

    /// - Throws: a sentence that says what is wrong with the text.
    package init(_ text: String) throws(BadValue) {
        if text.hasPrefix("unix:") {
            self = .unix(path: try Self.path(String(text.dropFirst("unix:".count))))
            return
        }
        guard !text.contains("://") else { throw BadValue("leave out the scheme, as in 127.0.0.1:8001") }
        guard let colon = text.lastIndex(of: ":"), !text.hasSuffix("]") else {
            throw BadValue("give host:port or unix:path, as in 127.0.0.1:8001")
        }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            throw BadValue("an IPv6 address stands in brackets, as in [::1]:8001")
        }
        guard !host.isEmpty else { throw BadValue("the host is missing; 0.0.0.0 is every address") }
        self = .tcp(host: host, port: try Self.port(String(text[text.index(after: colon)...])))
    }

    /// The path of a unix socket.
    static func path(_ text: String) throws(BadValue) -> String {
        guard !text.isEmpty else { throw BadValue("give the path of a socket") }
        guard !text.hasPrefix("@"), !text.hasSuffix("/") else {
            throw BadValue("give the path of a file; abstract sockets are not supported")
        }
        guard text.utf8.count <= longestPath else {
            throw BadValue("the path is longer than the \(longestPath) bytes that a unix socket may have")
        }
        return text
    }

    /// A host on its own, as `HOST` gives it: with or without the brackets of an IPv6 address.
    static func host(_ text: String) throws(BadValue) -> String {
        let isBracketed = text.hasPrefix("[") && text.hasSuffix("]")
        let host = isBracketed ? String(text.dropFirst().dropLast()) : text
        let colons = host.utf8.count { $0 == UInt8(ascii: ":") }
        guard !host.isEmpty, !host.contains(where: { "/[]".contains($0) }), colons == 0 || colons >= 2 else {
            throw BadValue("give a host without a port, as in 0.0.0.0; the port is PORT's, a unix socket is BIND's")
        }
        return host
    }

    /// A port on its own, as `PORT` gives it.
    static func port(_ text: String) throws(BadValue) -> UInt16 {
        guard text.allSatisfy({ $0.isASCII && $0.isNumber }), let port = UInt16(text) else {
            throw BadValue("the port is a number from 0 to 65535")
        }
        return port
    }

    /// Port 0.
    var isChosenByKernel: Bool {
        if case .tcp(_, 0) = self { true } else { false }
    }

    package var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}
