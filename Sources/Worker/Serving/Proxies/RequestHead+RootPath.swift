import Messages

extension RequestHead {
    /// The head as the application sees it, where a proxy has not removed the root path. The root path by itself stays: it is
    /// redirected to its slash, below which relative links work.
    /// - Parameter rootPath: normalized; empty for none.
    func below(_ rootPath: String) -> RequestHead {
        guard !rootPath.isEmpty else { return self }
        let end = path.lowerBound + rootPath.utf8.count
        guard end < path.upperBound, bytes[end] == UInt8(ascii: "/"),
            bytes[path.lowerBound..<end].elementsEqual(rootPath.utf8)
        else { return self }
        return RequestHead(
            bytes: bytes, method: method, path: end..<path.upperBound, query: query, authority: authority,
            fields: fields)
    }
}
