public import Messages

/// A request on its way to one handler.
public struct Call: Sendable {
    /// The request as it came.
    public let request: Request
    let path: MatchedPath

    /// The decoded text of a path parameter.
    public func pathText(_ name: String) -> String? {
        path.text(of: name)
    }

    /// The decoded value of the last query parameter of that name.
    public func queryText(_ name: String) -> String? {
        request.query.flatMap { QueryString($0).lastValue(of: name) }
    }
}

/// A path whose parameters were found.
struct MatchedPath: Sendable {
    /// Decoded.
    let bytes: ArraySlice<UInt8>
    let names: [String]
    /// Of the values, in the order of the names.
    let ranges: [Range<Int>]

    func text(of name: String) -> String? {
        names.firstIndex(of: name).map { String(decoding: bytes[ranges[$0]], as: UTF8.self) }
    }
}
