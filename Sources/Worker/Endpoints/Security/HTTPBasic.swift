internal import FoundationEssentials

/// A name and a password in the field `authorization: Basic ...` (RFC 7617).
public struct HTTPBasic: PlainSecurityParameter {
    /// What a client says of itself.
    public struct Credentials: Hashable, Sendable {
        /// Without a colon.
        public let username: String
        /// As it was typed.
        public let password: String
    }

    /// A name and a password.
    public typealias Value = Credentials
    /// As it was declared.
    public let scheme: SecurityScheme
    private let realm: String

    /// - Parameters:
    ///   - name: in the document.
    ///   - realm: what a browser's question for the password says.
    public init(_ name: String = "HTTPBasic", realm: String = "API", description: String = "") {
        var json: [JSON.Member] = [.init("type", "http"), .init("scheme", "basic")]
        if !description.isEmpty { json.append(.init("description", .string(description))) }
        scheme = SecurityScheme(name, .object(json))
        self.realm = realm
    }

    /// Asks for both, in UTF-8.
    public var challenge: String { "Basic realm=\"\(realm)\", charset=\"UTF-8\"" }

    /// Name and password.
    /// - Throws: `HTTPError` 401 for what is no base64 of a name, a colon and a password in UTF-8.
    public func credentials(in context: Context) throws -> Credentials? {
        guard let text = authorization("basic", in: context) else { return nil }
        guard let bytes = Data(base64Encoded: text), let pair = String(validating: bytes, as: UTF8.self),
            // Not a character: a password may begin with one that combines with what stands before it.
            let colon = pair.utf8.firstIndex(of: UInt8(ascii: ":"))
        else { throw refusal("Invalid authentication credentials") }
        return Credentials(
            username: String(decoding: pair.utf8[..<colon], as: UTF8.self),
            password: String(decoding: pair.utf8[pair.utf8.index(after: colon)...], as: UTF8.self))
    }
}
