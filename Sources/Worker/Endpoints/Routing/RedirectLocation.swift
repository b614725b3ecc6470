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
    private static let percent = UInt8(ascii: "%")

    static func text(_ request: Request, _ change: Change) -> String {
        let path = request.path
        var text: String
        switch change {
        case .addingSlash:
            text = relative(path, to: path) + "/"
        case .removingSlashes:
            text = relative(path, to: withoutTrailingSlashes(path))
        }
        if let query = request.query, !query.isEmpty { text += "?" + encode(query, keeping: inQuery) }
        return text
    }

    /// - Parameter target: the path, or a prefix of it; it does not end with a slash.
    private static func relative(_ path: ArraySlice<UInt8>, to target: ArraySlice<UInt8>) -> String {
        let lastSlash = target.lastIndex(of: slash) ?? target.startIndex
        let segment = encode(target[(lastSlash + 1)...], keeping: inPath)
        let rest = path[target.endIndex...]
        // Clients resolve `..` over an empty segment in different ways: Python's `urljoin` drops the segment first. All of
        // them read an absolute path, but it must not look like a host.
        if zip(rest, rest.dropFirst()).contains(where: { $0 == slash && $1 == slash }) {
            return (target.starts(with: [slash, slash]) ? "/." : "") + encode(target, keeping: inPath)
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

    private static let unreserved = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~".utf8)
    private static let inPath = unreserved.union(":/@!$&'()*+,;=".utf8)
    private static let inQuery = inPath.union("[]?%".utf8)

    /// Percent-encodes what a URL must not contain: also a backslash, which browsers read as a slash, and a `%` of a path that
    /// starts no escape, which means the same here.
    private static func encode(_ bytes: ArraySlice<UInt8>, keeping kept: Set<UInt8>) -> String {
        var encoded = [UInt8]()
        for (index, byte) in zip(bytes.indices, bytes) {
            if kept.contains(byte) || byte == percent && isEscape(bytes[index...]) {
                encoded.append(byte)
            } else {
                encoded.append(percent)
                encoded += String(byte >> 4, radix: 16, uppercase: true).utf8
                encoded += String(byte & 15, radix: 16, uppercase: true).utf8
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    private static func isEscape(_ bytes: ArraySlice<UInt8>) -> Bool {
        let digits = bytes.dropFirst().prefix(2)
        return digits.count == 2 && digits.allSatisfy { $0.hexadecimalValue != nil }
    }
}
