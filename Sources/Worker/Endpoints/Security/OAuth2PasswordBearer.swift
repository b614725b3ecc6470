/// A bearer token that a client gets for a user name and a password (RFC 6749, section 4.3). `/docs` asks for both and gets the
/// token itself.
///
/// ```swift
/// let token = OAuth2PasswordBearer(tokenURL: "/token")
/// api.post("/token", Form(OAuth2PasswordForm.self)) { form in
///     guard let token = try users.logIn(form.username, form.password) else { throw HTTPError(.badRequest, "Wrong password") }
///     return OAuth2Token(accessToken: token)
/// }
/// ```
public struct OAuth2PasswordBearer: RequestOnlySecurityParameter {
    /// The token.
    public typealias Value = String
    /// As passed to the initializer.
    public let scheme: SecurityScheme

    /// - Parameters:
    ///   - name: of the scheme in the document.
    ///   - tokenURL: where clients get the token. An address relative to the document works behind any proxy.
    ///   - scopes: which scopes a client may ask for, each with a description.
    public init(
        _ name: String = "OAuth2PasswordBearer", tokenURL: String, scopes: KeyValuePairs<String, String> = [:],
        description: String = ""
    ) {
        let scopes = JSON.object(scopes.map { .init($0.key, .string($0.value)) })
        let flow: JSON = ["scopes": scopes, "tokenUrl": .string(tokenURL)]
        var json: [JSON.Member] = [.init("type", "oauth2"), .init("flows", ["password": flow])]
        if !description.isEmpty { json.append(.init("description", .string(description))) }
        scheme = SecurityScheme(name, .object(json))
    }

    /// Asks for a token.
    public var challenge: String { "Bearer" }

    /// The token in the request.
    public func credentials(in context: Context) -> String? { authorization("bearer", in: context) }
}

/// The form that a client posts to get a token (RFC 6749, section 4.3.2).
public struct OAuth2PasswordForm: Model {
    /// The user's name.
    public let username: String
    /// Not verified yet.
    public let password: String
    /// `password`; nil if the client leaves it out.
    public let grantType: String?
    /// The scopes that the client asks for, separated by spaces.
    public let scope: String
    /// The client's own id, if it has one.
    public let clientID: String?
    /// The client's own secret, if it has one.
    public let clientSecret: String?

    /// The names in the RFC.
    public static let properties = Properties(OAuth2PasswordForm.init) {
        Property("username", \.username)
        Property("password", \.password)
        Property("grant_type", \.grantType, .pattern("^password$"))
        Property("scope", \.scope, default: "")
        Property("client_id", \.clientID)
        Property("client_secret", \.clientSecret)
    }

    /// `scope`, split.
    public var scopes: [String] { scope.split(separator: " ").map(String.init) }
}

/// The response with a token (RFC 6749, section 5.1).
public struct OAuth2Token: Model {
    /// The token. The client sends it as `authorization: Bearer ...`.
    public let accessToken: String
    /// `bearer`.
    public let tokenType: String

    /// A bearer token.
    public init(accessToken: String) {
        self.init(accessToken: accessToken, tokenType: "bearer")
    }

    private init(accessToken: String, tokenType: String) {
        self.accessToken = accessToken
        self.tokenType = tokenType
    }

    /// The names in the RFC.
    public static let properties = Properties(OAuth2Token.init(accessToken:tokenType:)) {
        Property("access_token", \.accessToken)
        Property("token_type", \.tokenType, default: "bearer")
    }
}
