extension WebURLParser {
    /// `user:password@host:port`
    mutating func parseAuthority(of scheme: URLScheme, defaultPort: UInt32? = nil) throws(WebURLError) {
        let end = rest.firstIndex { isAuthorityEnd($0, of: scheme) } ?? rest.endIndex
        let hasUser = parseUser(before: end)
        let name = takeHost(of: scheme)
        let hasPort = rest.first == UInt8(ascii: ":")
        guard !name.isEmpty || (scheme == .other && !hasUser && !hasPort) else { throw WebURLError(.emptyHost) }
        output += try scheme == .other ? URLHost.opaque(name) : URLHost.normalised(name)
        if hasPort {
            rest.removeFirst()
            try parsePort(unless: defaultPort)
        }
    }

    /// The host of a file URL ends at a slash only, may be missing, and may be a drive (`C:`) that belongs to the path.
    mutating func parseFileHost() throws(WebURLError) {
        let slashes = rest.prefix(2)
        guard slashes.count == 2, slashes.allSatisfy({ $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }) else {
            return
        }
        let name = rest.dropFirst(2).prefix { !isAuthorityEnd($0, of: .file) }
        guard !name.isEmpty, !isDriveLetter(name) else { return }
        _ = try URLHost.normalised(name)
    }

    /// Writes what stands before the last `@`.
    /// - Returns: whether a host must follow, even in a scheme that can do without.
    private mutating func parseUser(before end: Int) -> Bool {
        guard let at = rest[..<end].lastIndex(of: UInt8(ascii: "@")) else { return false }
        let user = rest[..<at]
        let colon = user.firstIndex(of: UInt8(ascii: ":")) ?? at
        let start = output.count
        PercentEncoding.user.encode(user[..<colon], into: &output)
        let password = user[colon...].dropFirst()
        if !password.isEmpty {
            output.append(UInt8(ascii: ":"))
            PercentEncoding.user.encode(password, into: &output)
        }
        rest = rest[(at + 1)...]
        if output.count > start {
            output.append(UInt8(ascii: "@"))
            return true
        }
        return user.isEmpty && at + 1 == end && end < rest.endIndex
    }

    /// A colon inside brackets belongs to an IPv6 address.
    private mutating func takeHost(of scheme: URLScheme) -> ArraySlice<UInt8> {
        var isInBrackets = false
        let end = rest.firstIndex { byte in
            if byte == UInt8(ascii: "[") { isInBrackets = true }
            if byte == UInt8(ascii: "]") { isInBrackets = false }
            return isAuthorityEnd(byte, of: scheme) || (byte == UInt8(ascii: ":") && !isInBrackets)
        }
        defer { rest = rest[(end ?? rest.endIndex)...] }
        return rest[..<(end ?? rest.endIndex)]
    }

    private mutating func parsePort(unless defaultPort: UInt32?) throws(WebURLError) {
        var port: UInt32?
        while let byte = rest.first, !isAuthorityEnd(byte, of: .special) {
            guard byte.isASCIIDigit else { throw WebURLError(.invalidPort) }
            let value = (port ?? 0) * 10 + UInt32(byte - UInt8(ascii: "0"))
            guard value <= UInt16.max else { throw WebURLError(.invalidPort) }
            port = value
            rest.removeFirst()
        }
        if let port, port != defaultPort { output += ":\(port)".utf8 }
    }

    private func isAuthorityEnd(_ byte: UInt8, of scheme: URLScheme) -> Bool {
        switch byte {
        case UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"): true
        case UInt8(ascii: "\\"): scheme.isSpecial
        default: false
        }
    }
}
