/// Where a master listens: `host:port`, `[ipv6]:port`, or `unix:path`.
package enum BindAddress: Hashable, Sendable, CustomStringConvertible {
    /// A host name or an address, and a port; port 0 lets the kernel choose one.
    case tcp(host: String, port: UInt16)
    case unix(path: String)

    /// sockaddr_un's limit, its closing NUL counted (unix(7)).
    static let longestPath = 107

    /// - Throws: a sentence that says what is wrong with the text.
    package init(_ text: String) throws(BadValue) {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst("unix:".count))
            guard !path.isEmpty else { throw BadValue("a path must follow 'unix:'") }
            guard !path.hasPrefix("@"), !path.hasSuffix("/") else {
                throw BadValue("give the path of a file; abstract sockets are not supported")
            }
            guard path.utf8.count <= Self.longestPath else {
                throw BadValue("the path is longer than the \(Self.longestPath) bytes that a unix socket may have")
            }
            self = .unix(path: path)
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
        let digits = text[text.index(after: colon)...]
        guard digits.allSatisfy({ $0.isASCII && $0.isNumber }), let port = UInt16(digits) else {
            throw BadValue("the port is a number from 0 to 65535")
        }
        self = .tcp(host: host, port: port)
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
