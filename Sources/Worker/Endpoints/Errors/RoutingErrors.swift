public import Messages

/// There is nothing at the path: a 404. `API.onError` gives it another body.
public struct NotFoundError: ResponseError, Hashable {
    /// `{"detail":"Not Found"}`
    public var response: Response { NotFoundError.answer }

    private static let answer = Response.detail(.notFound, "Not Found")

    @usableFromInline init() {}
}

/// There is something at the path, but not with that method: a 405 that lists what there is.
public struct MethodNotAllowedError: ResponseError, Hashable {
    /// Such as `GET`, in the order of declaration.
    public let allowed: [String]

    /// `{"detail":"Method Not Allowed"}`, with the field `allow` (RFC 9110, section 15.5.6).
    public var response: Response {
        .detail(.methodNotAllowed, "Method Not Allowed", fields: [Field("allow", allowed.joined(separator: ", "))])
    }

    init(allowed: [String]) {
        self.allowed = allowed
    }
}
