/// A token that a client gets for a name and a password (RFC 6749, section 4.3), and sends as a bearer token. `/docs` asks
/// for both and gets the token itself.
///
/// ```swift
/// let token = OAuth2Password(tokenURL: "/token")
/// api.post("/token", Form(OAuth2PasswordForm.self)) { form in
///     guard let token = try users.logIn(form.username, form.password) else { throw HTTPError(.badRequest, "Wrong password") }
///     return OAuth2Token(accessToken: token)
/// }
/// ```
public struct OAuth2Password: PlainSecurityParameter {
    /// The token.
    public typealias Value = String
    /// As it was declared.
    public let scheme: SecurityScheme

    /// - Parameters:
    ///   - name: in the document.
    ///   - tokenURL: where the token is got, as the document's readers see it: relative to the document is right behind any
    ///     proxy.
    ///   - scopes: what a token may be asked for, and what each means.
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

    /// The token.
    public func credentials(in context: Context) -> String? { authorization("bearer", in: context) }
}

/// What a client posts to get a token by a name and a password (RFC 6749, section 4.3.2).
public struct OAuth2PasswordForm: Model {
    /// Whose token it is.
    public let username: String
    /// As it was typed.
    public let password: String
    /// `password`; some clients leave it out.
    public let grantType: String?
    /// What the token is asked for, with spaces between.
    public let scope: String
    /// The client's own name and secret, where it has them.
    public let clientID: String?
    /// See `clientID`.
    public let clientSecret: String?

    /// The names are those of the RFC.
    public static let properties = Properties(OAuth2PasswordForm.init) {
        Property("username", \.username)
        Property("password", \.password)
        Property("grant_type", \.grantType, .pattern("^password$"))
        Property("scope", \.scope, default: "")
        Property("client_id", \.clientID)
        Property("client_secret", \.clientSecret)
    }

    /// The scopes that are asked for.
    public var scopes: [String] { scope.split(separator: " ").map(String.init) }
}

/// The answer with a token (RFC 6749, section 5.1).
public struct OAuth2Token: Model {
    /// What the client sends from now on.
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

    /// The names are those of the RFC.
    public static let properties = Properties(OAuth2Token.init(accessToken:tokenType:)) {
        Property("access_token", \.accessToken)
        Property("token_type", \.tokenType, default: "bearer")
    }
}
