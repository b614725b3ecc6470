public import Messages

/// An answer without content: a 204.
public struct NoContent: ContentlessResponse, Hashable {
    /// It says nothing.
    public init() {}

    /// None.
    public static var content: ResponseContent? { nil }

    /// 204, where the endpoint declares no other status than 200.
    public func response(_ status: Status) -> Response { Response(status == .ok ? .noContent : status) }
}

/// An answer that is a 204 where its endpoint declares nothing else, so that the document says so.
protocol ContentlessResponse: ResponseConvertible {}

extension Reply: ContentlessResponse where Value: ContentlessResponse {}
