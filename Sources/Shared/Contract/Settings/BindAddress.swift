/// Where a master listens: `host:port`, `[ipv6]:port`, or `unix:path`.
package enum BindAddress: Hashable, Sendable, Codable, CustomStringConvertible {
    /// A host name or an address, and a port; port 0 lets the kernel choose one.
    case tcp(host: String, port: UInt16)
    case unix(path: String)

    /// In bytes: sockaddr_un has 108, and the last one is NUL (unix(7)).
    package static let longestPath = 107

    package init(_ text: String) throws(InvalidValue) {
        if text.hasPrefix("unix:") {
            self = .unix(path: try Self.path(String(text.dropFirst("unix:".count))))
            return
        }
        guard !text.contains("://") else { throw InvalidValue("remove the scheme, as in 127.0.0.1:8001") }
        guard let colon = text.lastIndex(of: ":"), !text.hasSuffix("]") else {
            throw InvalidValue("give host:port or unix:path, as in 127.0.0.1:8001")
        }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            throw InvalidValue("put the IPv6 address in brackets, as in [::1]:8001")
        }
        guard !host.isEmpty else { throw InvalidValue("the host is missing; 0.0.0.0 means every address") }
        self = .tcp(host: host, port: try Self.port(String(text[text.index(after: colon)...])))
    }

    /// The path of a unix socket.
    static func path(_ text: String) throws(InvalidValue) -> String {
        guard !text.isEmpty else { throw InvalidValue("give the path of a socket") }
        guard !text.hasPrefix("@"), !text.hasSuffix("/") else {
            throw InvalidValue("give the path of a file; abstract sockets are not supported")
        }
        guard text.utf8.count <= longestPath else {
            throw InvalidValue("the path is longer than \(longestPath) bytes, the limit for a unix socket")
        }
        return text
    }

    /// The value of `HOST`: with or without the brackets of an IPv6 address.
    static func host(_ text: String) throws(InvalidValue) -> String {
        let isBracketed = text.hasPrefix("[") && text.hasSuffix("]")
        let host = isBracketed ? String(text.dropFirst().dropLast()) : text
        let colons = host.utf8.count { $0 == UInt8(ascii: ":") }
        guard !host.isEmpty, !host.contains(where: { "/[]".contains($0) }), colons == 0 || colons >= 2 else {
            throw InvalidValue(
                "give a host without a port, as in 0.0.0.0; use PORT for the port and BIND for a unix socket")
        }
        return host
    }

    /// The value of `PORT`.
    static func port(_ text: String) throws(InvalidValue) -> UInt16 {
        guard text.allSatisfy({ $0.isASCII && $0.isNumber }), let port = UInt16(text) else {
            throw InvalidValue("the port must be a number from 0 to 65535")
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
