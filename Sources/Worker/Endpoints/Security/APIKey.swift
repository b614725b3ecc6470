/// A key in a header field, a query parameter or a cookie.
public struct APIKey: RequestOnlySecurityParameter {
    /// The key.
    public typealias Value = String
    /// As passed to the initializer.
    public let scheme: SecurityScheme
    private let location: ParameterDeclaration.Location
    private let key: String

    /// A key in a header field.
    /// - Parameters:
    ///   - header: the field's name, in any case.
    ///   - name: of the scheme in the document; nil for the field's name.
    public init(header: String, name: String? = nil, description: String = "") {
        self.init(.header, header, name, description)
    }

    /// A key in a query parameter. It appears in logs and in the browser's history: prefer a header field.
    public init(query: String, name: String? = nil, description: String = "") {
        self.init(.query, query, name, description)
    }

    /// A key in a cookie.
    public init(cookie: String, name: String? = nil, description: String = "") {
        self.init(.cookie, cookie, name, description)
    }

    private init(
        _ location: ParameterDeclaration.Location, _ key: String, _ name: String?, _ description: String
    ) {
        var json: [JSON.Member] = [
            .init("type", "apiKey"), .init("in", .string(location.rawValue)), .init("name", .string(key)),
        ]
        if !description.isEmpty { json.append(.init("description", .string(description))) }
        scheme = SecurityScheme(name ?? key, .object(json))
        self.location = location
        self.key = location == .header ? key.lowercased() : key
    }

    /// `APIKey`, which is not a registered name: there is none.
    public var challenge: String { "APIKey" }

    /// The key in the request.
    public func credentials(in context: Context) -> String? {
        let key =
            switch location {
            case .header: context.header(key)
            case .query: context.queryParameter(key)
            default: context.cookie(key)
            }
        return key?.isEmpty == true ? nil : key
    }
}
