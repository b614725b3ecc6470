internal import Messages

/// How clients authenticate, for the document (OpenAPI 3.1, Security Scheme Object). `/docs` then offers to log in.
public struct SecurityScheme: Sendable {
    /// Its name in `components`. Two parameters with the same name must have the same scheme.
    public let name: String
    /// The Security Scheme Object, such as `["type": "http", "scheme": "bearer"]`.
    public let json: JSON

    /// A scheme with that name and object.
    public init(_ name: String, _ json: JSON) {
        self.name = name
        self.json = json
    }
}

/// A parameter that reads a client's credentials and does not verify them: a dependency does that.
///
/// ```swift
/// let user = Dependency(HTTPBearer()) { token in
///     guard let user = try users.find(token: token) else { throw HTTPError(.unauthorized, "Unknown token") }
///     return user
/// }
/// ```
/// A request without credentials gets a 401, `{"detail":"Not authenticated"}`; with `.optional` the value is nil.
public protocol SecurityParameter: Parameter where Unresolved == Value {
    /// For the document.
    var scheme: SecurityScheme { get }

    /// The field `www-authenticate` of a 401: how the client should authenticate (RFC 9110, section 11.6.1).
    var challenge: String { get }

    /// The credentials in the request; nil if there are none.
    /// - Throws: an error for malformed credentials, such as a 401.
    func credentials(in context: Context) throws -> Value?
}

extension SecurityParameter {
    /// The scheme, as a requirement.
    public var declaration: ParameterDeclaration { ParameterDeclaration(security: scheme, isRequired: true) }

    /// - Throws: `HTTPError` 401 if there are no credentials.
    public func read(from context: Context, issues: inout [Issue]) throws -> Value? {
        guard let credentials = try credentials(in: context) else { throw unauthorized("Not authenticated") }
        return credentials
    }

    /// The same parameter, nil for a request without credentials.
    public var optional: OptionalCredentials<Self> { OptionalCredentials(parameter: self) }

    /// A 401 with the challenge, for invalid credentials: `throw bearer.unauthorized("The token is not valid")`.
    public func unauthorized(_ detail: String) -> HTTPError {
        HTTPError(.unauthorized, detail, fields: [Field("www-authenticate", challenge)])
    }

    /// What follows the scheme's name in the field `authorization`. The name is case-insensitive.
    func authorization(_ name: String, in context: Context) -> String? {
        guard let text = context.header("authorization") else { return nil }
        let space = UInt8(ascii: " ")
        // On bytes: a space and a combining mark after it are one character.
        let end = text.utf8.firstIndex(of: space) ?? text.endIndex
        guard text[..<end].lowercased() == name else { return nil }
        let rest = text.utf8[end...].drop { $0 == space }
        return rest.isEmpty ? nil : String(decoding: rest, as: UTF8.self)
    }
}

/// A security parameter that reads the request only. Those of an application may do more.
protocol RequestOnlySecurityParameter: SecurityParameter {}

extension RequestOnlySecurityParameter {
    /// The scheme, as a requirement.
    public var declaration: ParameterDeclaration {
        ParameterDeclaration(security: scheme, isRequired: true).requestOnly
    }
}

/// Credentials that may be missing.
public struct OptionalCredentials<Credentials: SecurityParameter>: Parameter {
    fileprivate let parameter: Credentials

    /// The scheme, as an option.
    public var declaration: ParameterDeclaration {
        let declaration = ParameterDeclaration(security: parameter.scheme, isRequired: false)
        return parameter is any RequestOnlySecurityParameter ? declaration.requestOnly : declaration
    }

    /// The credentials; nil if there are none.
    public func read(from context: Context, issues: inout [Issue]) throws -> Credentials.Value?? {
        .some(try parameter.credentials(in: context))
    }
}

extension String {
    /// Compares the bytes in a time that does not depend on where they differ, so that a key or a token cannot be guessed one
    /// character at a time. The time does tell whether the lengths are equal. For passwords use a password hash.
    public func isEqualInConstantTime(to other: String) -> Bool {
        let (one, other) = (Array(utf8), Array(other.utf8))
        guard one.count == other.count else { return false }
        var difference: UInt8 = 0
        for index in one.indices { difference |= one[index] ^ other[index] }
        return difference == 0
    }
}
