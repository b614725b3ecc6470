internal import Messages

/// Where the client is sent whose path has a slash too many or too few.
///
/// Relative to the path that it asked for, and in the bytes that it asked with: so it is right below a prefix that a proxy
/// takes off and behind one that takes TLS off, and repeats no host that a client may have made up (RFC 9110, section
/// 10.2.2).
enum Location {
    /// How the path differs from one that is known.
    enum Change {
        case slashAdded
        /// All the last ones, `%2F` too.
        case slashesRemoved
    }

    private static let slash = UInt8(ascii: "/")
    private static let percent = UInt8(ascii: "%")

    static func text(_ request: Request, _ change: Change) -> String {
        let path = request.path
        var text: String
        switch change {
        case .slashAdded:
            text = relative(path, to: path) + "/"
        case .slashesRemoved:
            text = relative(path, to: withoutLastSlashes(path))
        }
        if let query = request.query, !query.isEmpty { text += "?" + encode(query, keeping: inQuery) }
        return text
    }

    /// - Parameter target: the path, or its beginning; it does not end with a slash.
    private static func relative(_ path: ArraySlice<UInt8>, to target: ArraySlice<UInt8>) -> String {
        let lastSlash = target.lastIndex(of: slash) ?? target.startIndex
        let segment = encode(target[(lastSlash + 1)...], keeping: inPath)
        let rest = path[target.endIndex...]
        // Over an empty segment clients do not go back alike: Python's `urljoin` drops it first. A path from the root is
        // read by all, but it must not look like a host.
        if zip(rest, rest.dropFirst()).contains(where: { $0 == slash && $1 == slash }) {
            return (target.starts(with: [slash, slash]) ? "/." : "") + encode(target, keeping: inPath)
        }
        let steps = rest.count { $0 == slash }
        // A colon in the first segment would end a scheme (RFC 3986, section 4.2).
        let isLikeScheme = steps == 0 && segment.utf8.contains(UInt8(ascii: ":"))
        return (isLikeScheme ? "./" : String(repeating: "../", count: steps)) + segment
    }

    private static func withoutLastSlashes(_ path: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
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

    /// What cannot stand in a URL is percent-encoded, also a `%` of a path that begins no escape: it means the same here,
    /// and a backslash is a slash to a browser.
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
