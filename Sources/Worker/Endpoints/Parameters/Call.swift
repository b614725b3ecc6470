public import Messages

/// A request on its way to one handler.
public struct Call: Sendable {
    /// The request as it came.
    public let request: Request
    let path: MatchedPath

    /// The decoded text of a path parameter.
    public func pathText(_ name: String) -> String? {
        pathBytes(name).map { String(decoding: $0, as: UTF8.self) }
    }

    @usableFromInline
    func pathBytes(_ name: String) -> ArraySlice<UInt8>? {
        path.bytes(of: name)
    }

    /// The decoded value of the last query parameter of that name.
    public func queryText(_ name: String) -> String? {
        request.query.flatMap { QueryString($0).lastValue(of: name) }
    }
}

/// A path and the template that it was found to fit.
struct MatchedPath: Sendable {
    /// Decoded.
    let bytes: ArraySlice<UInt8>
    let place: RouteTable.Place

    /// The value of a parameter. It is looked for when it is asked for, so that nothing is kept of it.
    func bytes(of name: String) -> ArraySlice<UInt8>? {
        guard let range = place.template.range(of: name, in: bytes.span) else { return nil }
        return bytes[(bytes.startIndex + range.lowerBound)..<(bytes.startIndex + range.upperBound)]
    }
}
