internal import FoundationEssentials

/// A user name and a password in the field `authorization: Basic ...` (RFC 7617).
public struct HTTPBasic: RequestOnlySecurityParameter {
    /// The user name and the password.
    public struct Credentials: Hashable, Sendable {
        /// It contains no colon.
        public let username: String
        /// Not verified yet.
        public let password: String
    }

    /// The user name and the password.
    public typealias Value = Credentials
    /// As passed to the initializer.
    public let scheme: SecurityScheme
    private let realm: String

    /// - Parameters:
    ///   - name: of the scheme in the document.
    ///   - realm: shown by browsers that ask for the password.
    public init(_ name: String = "HTTPBasic", realm: String = "API", description: String = "") {
        var json: [JSON.Member] = [.init("type", "http"), .init("scheme", "basic")]
        if !description.isEmpty { json.append(.init("description", .string(description))) }
        scheme = SecurityScheme(name, .object(json))
        self.realm = realm
    }

    /// Asks for user name and password in UTF-8.
    public var challenge: String { "Basic realm=\"\(realm)\", charset=\"UTF-8\"" }

    /// The credentials in the request.
    /// - Throws: `HTTPError` 401 if they are not the base64 of a name, a colon and a password in UTF-8.
    public func credentials(in context: Context) throws -> Credentials? {
        guard let text = authorization("basic", in: context) else { return nil }
        guard let bytes = Data(base64Encoded: text), let pair = String(validating: bytes, as: UTF8.self),
            // The byte, not the character: a password may start with a combining mark.
            let colon = pair.utf8.firstIndex(of: UInt8(ascii: ":"))
        else { throw unauthorized("Invalid authentication credentials") }
        return Credentials(
            username: String(decoding: pair.utf8[..<colon], as: UTF8.self),
            password: String(decoding: pair.utf8[pair.utf8.index(after: colon)...], as: UTF8.self))
    }
}

/// A token in the field `authorization: Bearer ...` (RFC 6750, section 2.1).
public struct HTTPBearer: RequestOnlySecurityParameter {
    /// The token.
    public typealias Value = String
    /// As passed to the initializer.
    public let scheme: SecurityScheme

    /// - Parameters:
    ///   - name: of the scheme in the document.
    ///   - format: of the token, for the document, such as `JWT`.
    public init(_ name: String = "HTTPBearer", format: String? = nil, description: String = "") {
        var json: [JSON.Member] = [.init("type", "http"), .init("scheme", "bearer")]
        if let format { json.append(.init("bearerFormat", .string(format))) }
        if !description.isEmpty { json.append(.init("description", .string(description))) }
        scheme = SecurityScheme(name, .object(json))
    }

    /// Asks for a token.
    public var challenge: String { "Bearer" }

    /// The token in the request.
    public func credentials(in context: Context) -> String? { authorization("bearer", in: context) }
}
