/// A token in the field `authorization: Bearer ...` (RFC 6750, section 2.1).
public struct HTTPBearer: PlainSecurityParameter {
    /// The token.
    public typealias Value = String
    /// As it was declared.
    public let scheme: SecurityScheme

    /// - Parameters:
    ///   - name: in the document.
    ///   - format: of the token, for people, such as `JWT`.
    public init(_ name: String = "HTTPBearer", format: String? = nil, description: String = "") {
        var json: [JSON.Member] = [.init("type", "http"), .init("scheme", "bearer")]
        if let format { json.append(.init("bearerFormat", .string(format))) }
        if !description.isEmpty { json.append(.init("description", .string(description))) }
        scheme = SecurityScheme(name, .object(json))
    }

    /// Asks for a token.
    public var challenge: String { "Bearer" }

    /// The token.
    public func credentials(in context: Context) -> String? { authorization("bearer", in: context) }
}
