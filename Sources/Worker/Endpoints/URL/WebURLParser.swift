import Messages

/// Parses a URL from left to right and writes its normalised form (URL Standard, section 4.4, without a base URL).
///
/// A URL with another scheme is parsed up to the end of its authority, because errors there are reported first.
struct WebURLParser {
    private var rest: ArraySlice<UInt8>
    /// What has been written so far.
    private(set) var output: [UInt8] = []

    init(_ text: String) {
        var bytes = text.utf8[...]
        while let first = bytes.first, first <= 0x20 { bytes.removeFirst() }
        while let last = bytes.last, last <= 0x20 { bytes.removeLast() }
        rest = bytes.filter { $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }[...]
        output.reserveCapacity(rest.count + 1)
    }

    mutating func parse() throws(WebURLError) {
        let scheme = try parseScheme()
        switch scheme {
        case .web(let defaultPort):
            output += "://".utf8
            skipSlashes()
            try parseAuthority(of: scheme, defaultPort: defaultPort)
            parsePath()
            parseQuery()
            parseFragment()
            return
        case .special:
            skipSlashes()
            try parseAuthority(of: scheme)
        case .file:
            try parseFileHost()
        case .other:
            if rest.starts(with: "//".utf8) {
                rest = rest.dropFirst(2)
                try parseAuthority(of: scheme)
            }
        }
        throw WebURLError(.otherScheme)
    }

    /// A letter, then letters, digits, `+`, `-` and `.`, up to a colon.
    private mutating func parseScheme() throws(WebURLError) -> URLScheme {
        guard let colon = rest.firstIndex(of: UInt8(ascii: ":")), let first = rest.first, first.isASCIILetter,
            rest[..<colon].allSatisfy({ $0.isASCIILetter || $0.isASCIIDigit || "+-.".utf8.contains($0) })
        else { throw WebURLError(.relativeWithoutBase) }
        output = rest[..<colon].map(\.asciiLowercased)
        rest = rest[(colon + 1)...]
        return URLScheme(name: output)
    }

    /// Any number of slashes means `//`.
    private mutating func skipSlashes() {
        rest = rest.drop { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }
    }
}

// Authority
extension WebURLParser {
    /// `user:password@host:port`
    private mutating func parseAuthority(of scheme: URLScheme, defaultPort: UInt32? = nil) throws(WebURLError) {
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

    /// The host of a file URL may be missing. It ends at a slash only. A drive (`C:`) in its place belongs to the path.
    private mutating func parseFileHost() throws(WebURLError) {
        let slashes = rest.prefix(2)
        guard slashes.count == 2, slashes.allSatisfy({ $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }) else {
            return
        }
        let name = rest.dropFirst(2).prefix { !isAuthorityEnd($0, of: .file) }
        guard !name.isEmpty, !isDriveLetter(name) else { return }
        _ = try URLHost.normalised(name)
    }

    /// Writes what comes before the last `@`.
    /// - Returns: whether a host must follow, even if the scheme needs none.
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

    /// The host and nothing after it. A colon in brackets belongs to an IPv6 address.
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

// Path, query and fragment
extension WebURLParser {
    /// Writes the segments and resolves dot segments. The path of an http URL is never empty.
    private mutating func parsePath() {
        let start = output.count
        output.append(UInt8(ascii: "/"))
        if let first = rest.first, isSlash(first) { rest.removeFirst() }
        while true {
            let end = rest.firstIndex { isSlash($0) || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }
            let segment = rest[..<(end ?? rest.endIndex)]
            rest = rest[segment.endIndex...]
            let isLast = !(rest.first.map(isSlash) ?? false)
            switch dots(in: segment) {
            case 1: break
            case 2: removeLastSegment(ofPathAt: start)
            default:
                PercentEncoding.path.encode(segment, into: &output)
                if !isLast { output.append(UInt8(ascii: "/")) }
            }
            if isLast { return }
            rest.removeFirst()
        }
    }

    private mutating func parseQuery() {
        guard rest.first == UInt8(ascii: "?") else { return }
        output.append(UInt8(ascii: "?"))
        let query = rest.dropFirst().prefix { $0 != UInt8(ascii: "#") }
        PercentEncoding.query.encode(query, into: &output)
        rest = rest[query.endIndex...]
    }

    private mutating func parseFragment() {
        guard rest.first == UInt8(ascii: "#") else { return }
        output.append(UInt8(ascii: "#"))
        PercentEncoding.fragment.encode(rest.dropFirst(), into: &output)
        rest = []
    }

    /// Removes the last segment of a written path that ends with a slash.
    ///
    /// A drive (`c:`) stays. The Standard says so for file URLs only, but Rust's `url`, which pydantic uses, does it always.
    private mutating func removeLastSegment(ofPathAt start: Int) {
        // Indices only: a slice of the output would make the removal copy it.
        guard let slash = output.indices[start...].dropLast().last(where: { output[$0] == UInt8(ascii: "/") }),
            !isDriveLetter(output[(slash + 1)...].dropLast())
        else { return }
        output.removeLast(output.count - slash - 1)
    }

    /// 1 for `.` and 2 for `..`, also if dots are percent-encoded; 0 for any other segment.
    private func dots(in segment: ArraySlice<UInt8>) -> Int {
        guard segment.count <= 6 else { return 0 }
        var rest = segment
        var count = 0
        while let first = rest.first {
            if first == UInt8(ascii: ".") {
                rest.removeFirst()
            } else if rest.prefix(3).map(\.asciiLowercased) == Array("%2e".utf8) {
                rest.removeFirst(3)
            } else {
                return 0
            }
            count += 1
        }
        return count <= 2 ? count : 0
    }

    private func isSlash(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "/") || byte == UInt8(ascii: "\\")
    }

    private func isDriveLetter(_ segment: ArraySlice<UInt8>) -> Bool {
        guard segment.count == 2, let first = segment.first, let last = segment.last else { return false }
        return first.isASCIILetter && (last == UInt8(ascii: ":") || last == UInt8(ascii: "|"))
    }
}

/// How the rest of a URL depends on its scheme (URL Standard, section 4.2, "special scheme").
private enum URLScheme: Equatable {
    /// http and https.
    case web(defaultPort: UInt32)
    /// ftp, ws and wss. Their authority has the rules of http's.
    case special
    case file
    /// Any other scheme. The host is opaque, and a backslash is not a slash.
    case other

    /// - Parameter name: in lower case.
    init(name: some Collection<UInt8>) {
        self =
            switch String(decoding: name, as: UTF8.self) {
            case "http": .web(defaultPort: 80)
            case "https": .web(defaultPort: 443)
            case "ftp", "ws", "wss": .special
            case "file": .file
            default: .other
            }
    }

    var isSpecial: Bool { self != .other }
}
