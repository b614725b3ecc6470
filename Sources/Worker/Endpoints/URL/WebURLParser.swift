/// Reads a URL from left to right and writes its normalised form (URL Standard, section 4.4, without a base URL).
///
/// A URL of another scheme is read only as far as it can be wrong, its authority, and then refused for its scheme.
struct WebURLParser {
    /// What has not been read yet.
    var rest: ArraySlice<UInt8>
    /// What has been written.
    var output: [UInt8] = []

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

    /// However many there are, they mean `//`.
    private mutating func skipSlashes() {
        rest = rest.drop { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }
    }
}
