/// A key in a field, a query parameter or a cookie.
public struct APIKey: PlainSecurityParameter {
    private enum Place: String {
        case header, query, cookie
    }

    /// The key.
    public typealias Value = String
    /// As it was declared.
    public let scheme: SecurityScheme
    private let place: Place
    private let key: String

    /// A key in a field of that name, in any case.
    /// - Parameter name: in the document; the field's when nothing else is said.
    public init(header: String, name: String? = nil, description: String = "") {
        self.init(.header, header, name, description)
    }

    /// A key in the query. It shows in logs and in the browser's history: a field is better.
    public init(query: String, name: String? = nil, description: String = "") {
        self.init(.query, query, name, description)
    }

    /// A key in a cookie.
    public init(cookie: String, name: String? = nil, description: String = "") {
        self.init(.cookie, cookie, name, description)
    }

    private init(_ place: Place, _ key: String, _ name: String?, _ description: String) {
        var json: [JSON.Member] = [
            .init("type", "apiKey"), .init("in", .string(place.rawValue)), .init("name", .string(key)),
        ]
        if !description.isEmpty { json.append(.init("description", .string(description))) }
        scheme = SecurityScheme(name ?? key, .object(json))
        self.place = place
        self.key = place == .header ? key.lowercased() : key
    }

    /// Asks for a key; there is no registered name for it.
    public var challenge: String { "APIKey" }

    /// The key.
    public func credentials(in context: Context) -> String? {
        let key =
            switch place {
            case .header: context.header(key)
            case .query: context.queryParameter(key)
            case .cookie: context.cookie(key)
            }
        return key?.isEmpty == true ? nil : key
    }
}
