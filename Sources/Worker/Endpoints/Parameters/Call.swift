public import Messages

/// A request on its way to one handler.
public struct Call: Sendable {
    /// The request as it came.
    public let request: Request
    let path: MatchedPath
    /// What the request's dependencies have made; nil when the endpoint has none.
    var made: MadeValues?

    init(request: Request, path: MatchedPath) {
        self.request = request
        self.path = path
    }

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

    /// The decoded values of all query parameters of that name, in order.
    public func queryTexts(_ name: String) -> [String] {
        request.query.map { QueryString($0).values(of: name) } ?? []
    }

    /// The value of the first field of that name.
    /// - Parameter name: in lower case.
    public func headerText(_ name: String) -> String? {
        request.head.fields.first { request.head.isName($0.name, name) }.map { request.head.text($0.value) }
    }

    /// The values of all fields of that name, in order.
    /// - Parameter name: in lower case.
    public func headerTexts(_ name: String) -> [String] {
        request.head.fields.filter { request.head.isName($0.name, name) }.map { request.head.text($0.value) }
    }
}

extension RequestHead {
    fileprivate func isName(_ range: Range<Int>, _ name: String) -> Bool {
        bytes[range].elementsEqual(name.utf8) { byte, expected in
            (byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte) == expected
        }
    }

    fileprivate func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
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
