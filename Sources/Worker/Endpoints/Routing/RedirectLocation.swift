internal import Messages

/// The `location` of the redirect for a path with a slash too many or too few (RFC 9110, section 10.2.2).
///
/// It is relative to the request's path, in the bytes of the request. So it is right if a proxy removes a prefix from the path
/// or TLS from the connection, and it repeats no host that a client may have invented.
enum RedirectLocation {
    /// How to change the path to a known one.
    enum Change {
        case addingSlash
        /// All at the end, `%2F` too.
        case removingSlashes
    }

    private static let slash = UInt8(ascii: "/")

    static func text(_ request: Request, _ change: Change) -> String {
        let path = request.path
        var text: String
        switch change {
        case .addingSlash:
            text = relative(path, to: path) + "/"
        case .removingSlashes:
            text = relative(path, to: withoutTrailingSlashes(path))
        }
        if let query = request.query, !query.isEmpty { text += "?" + PercentEncoding.redirectQuery.encode(query) }
        return text
    }

    /// - Parameter target: the path, or a prefix of it; it does not end with a slash.
    private static func relative(_ path: ArraySlice<UInt8>, to target: ArraySlice<UInt8>) -> String {
        let lastSlash = target.lastIndex(of: slash) ?? target.startIndex
        let segment = PercentEncoding.redirectPath.encode(target[(lastSlash + 1)...])
        let rest = path[target.endIndex...]
        // Clients resolve `..` over an empty segment in different ways: Python's `urljoin` drops the segment first. All of
        // them read an absolute path, but it must not look like a host.
        if zip(rest, rest.dropFirst()).contains(where: { $0 == slash && $1 == slash }) {
            return (target.starts(with: [slash, slash]) ? "/." : "") + PercentEncoding.redirectPath.encode(target)
        }
        let steps = rest.count { $0 == slash }
        // The part before a colon in the first segment would be a scheme (RFC 3986, section 4.2).
        let hasScheme = steps == 0 && segment.utf8.contains(UInt8(ascii: ":"))
        return (hasScheme ? "./" : String(repeating: "../", count: steps)) + segment
    }

    private static func withoutTrailingSlashes(_ path: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var path = path
        while true {
            if path.last == slash {
                path.removeLast()
            } else if path.suffix(3).elementsEqual("%2F".utf8) || path.suffix(3).elementsEqual("%2f".utf8) {
                path.removeLast(3)
            } else {
                return path
            }
        }
    }
}
