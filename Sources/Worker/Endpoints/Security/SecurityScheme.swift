internal import Messages

/// A way in which clients say who they are, as the document names it (OpenAPI 3.1, Security Scheme Object): what makes
/// `/docs` offer to log in.
public struct SecurityScheme: Sendable {
    /// Its name under `components`. Two parameters of one name must be the same scheme.
    public let name: String
    /// Such as `["type": "http", "scheme": "bearer"]`.
    public let json: JSON

    /// A scheme by its parts.
    public init(_ name: String, _ json: JSON) {
        self.name = name
        self.json = json
    }
}

/// A parameter that finds what a client says of itself, and checks nothing of it: that is the dependency's that is made
/// of it.
///
/// ```swift
/// let user = Dependency(HTTPBearer()) { token in
///     guard let user = try users.find(token: token) else { throw HTTPError(.unauthorized, "Unknown token") }
///     return user
/// }
/// ```
/// A request that says nothing is a 401, `{"detail":"Not authenticated"}`; with `.optional` it is nil.
public protocol SecurityParameter: Parameter where Found == Value {
    /// For the document.
    var scheme: SecurityScheme { get }

    /// What a 401 says that the client should send: the field `www-authenticate` (RFC 9110, section 11.6.1).
    var challenge: String { get }

    /// What the client says; nil when it says nothing.
    /// - Throws: an error for what cannot be read, such as a 401.
    func credentials(in context: Context) throws -> Value?
}

extension SecurityParameter {
    /// Its scheme, which must be met.
    public var declaration: ParameterDeclaration { ParameterDeclaration(security: scheme, isRequired: true) }

    /// - Throws: `HTTPError` 401 when there is nothing.
    public func find(in context: Context, issues: inout [Issue]) throws -> Value? {
        guard let credentials = try credentials(in: context) else { throw refusal("Not authenticated") }
        return credentials
    }

    /// The same, nil for a client that says nothing.
    public var optional: OptionalCredentials<Self> { OptionalCredentials(parameter: self) }

    /// A 401 with the challenge, for credentials that are not good: `throw bearer.refusal("The token is not valid")`.
    public func refusal(_ detail: String) -> HTTPError {
        HTTPError(.unauthorized, detail, fields: [Field("www-authenticate", challenge)])
    }

    /// What follows the name of a scheme in the field `authorization`; the name's case does not count.
    func authorization(_ name: String, in context: Context) -> String? {
        guard let text = context.header("authorization") else { return nil }
        let space = UInt8(ascii: " ")
        // Octets, because a character may begin with a space and go on.
        let end = text.utf8.firstIndex(of: space) ?? text.endIndex
        guard text[..<end].lowercased() == name else { return nil }
        let rest = text.utf8[end...].drop { $0 == space }
        return rest.isEmpty ? nil : String(decoding: rest, as: UTF8.self)
    }
}

/// Reads parts of the request only, and so needs no state of its own: what is here, and not what an author makes.
protocol PlainSecurityParameter: SecurityParameter {}

extension PlainSecurityParameter {
    /// Its scheme, which must be met.
    public var declaration: ParameterDeclaration { ParameterDeclaration(security: scheme, isRequired: true).plain }
}

/// Credentials that need not be there.
public struct OptionalCredentials<Credentials: SecurityParameter>: Parameter {
    let parameter: Credentials

    /// The scheme, which need not be met.
    public var declaration: ParameterDeclaration {
        let declaration = ParameterDeclaration(security: parameter.scheme, isRequired: false)
        return parameter is any PlainSecurityParameter ? declaration.plain : declaration
    }

    /// Finds them.
    public func find(in context: Context, issues: inout [Issue]) throws -> Credentials.Value?? {
        .some(try parameter.credentials(in: context))
    }
}
