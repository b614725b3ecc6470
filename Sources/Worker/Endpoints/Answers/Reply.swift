public import Messages

/// A value with a status, fields or cookies of its own. The document shows the schema of the value.
///
/// ```swift
/// api.get("/recipes") { () throws in
///     let all = try store.search(nil, [], 0)
///     return Reply(all).addingHeader("x-total-count", "\(all.count)")
/// }
/// api.post("/visits") { Reply("Welcome").status(.created).addingCookie("visited", "yes", maxAge: .seconds(3600)) }
/// ```
///
/// If the value is nil, an endpoint with `ifNil:` ignores the `Reply` and answers with that status.
public struct Reply<Value: ResponseConvertible>: ResponseConvertible {
    fileprivate let value: Value
    private var status: Status?
    private var fields: [Field] = []

    /// A reply with the endpoint's status and no further fields.
    public init(_ value: Value) {
        self.value = value
    }

    /// The content of the value.
    public static var content: ResponseContent? { Value.content }

    /// Replaces the endpoint's status.
    public func status(_ status: Status) -> Reply {
        var copy = self
        copy.status = status
        return copy
    }

    /// Adds a field; earlier fields with the same name stay. A value with CR, LF or NUL makes the response a 500.
    public func addingHeader(_ name: String, _ value: String) -> Reply {
        var copy = self
        copy.fields.append(Field(name, value))
        return copy
    }

    /// Adds a `set-cookie` field (RFC 6265, section 4.1). Octets that a cookie must not contain are percent-encoded.
    /// - Parameters:
    ///   - name: a token. If it starts with `__Host-` or `__Secure-`, browsers send the cookie over TLS only.
    ///   - value: any text; the parameter `Cookie` decodes it.
    ///   - maxAge: how long browsers keep it, in whole seconds; nil for the browser's session, zero to delete the cookie.
    ///   - path: browsers send the cookie to this path and those below it.
    ///   - domain: nil for this host alone.
    ///   - isSecure: whether browsers send it over TLS only.
    ///   - isHTTPOnly: whether it is hidden from the page's scripts.
    ///   - sameSite: whether browsers send it with requests that come from other sites.
    public func addingCookie(
        _ name: String, _ value: String, maxAge: Duration? = nil, path: String = "/", domain: String? = nil,
        isSecure: Bool = false, isHTTPOnly: Bool = true, sameSite: SameSite = .lax
    ) -> Reply {
        var text = PercentEncoding.token.encode(name) + "=" + PercentEncoding.cookieValue.encode(value)
        if let maxAge { text += "; Max-Age=\(max(0, maxAge.components.seconds))" }
        text += "; Path=" + PercentEncoding.cookieAttribute.encode(path)
        if let domain { text += "; Domain=" + PercentEncoding.token.encode(domain) }
        // Browsers reject a cookie whose name has one of these prefixes if it is not secure (RFC 6265bis, section 4.1.3).
        let isSecureByName = ["__host-", "__secure-"].contains { name.lowercased().hasPrefix($0) }
        if isSecure || isSecureByName || sameSite == .none { text += "; Secure" }
        if isHTTPOnly { text += "; HttpOnly" }
        return addingHeader("set-cookie", text + "; SameSite=" + sameSite.rawValue)
    }

    /// The response of the value, with this status and these fields.
    public func response(_ status: Status) -> Response {
        var response = value.response(self.status ?? status)
        if let status = self.status { response.status = status }
        response.fields += fields
        return response
    }
}

extension Reply: OptionalValue {
    @usableFromInline var isNil: Bool { (value as? any OptionalValue)?.isNil ?? false }

    @usableFromInline static var wrappedContent: ResponseContent? {
        (Value.self as? any OptionalValue.Type)?.wrappedContent ?? Value.content
    }
}

/// When a browser sends a cookie with requests that come from other sites (RFC 6265bis, section 5.6.7).
public struct SameSite: Hashable, Sendable {
    let rawValue: String

    /// If the user follows a link; not if another site's page posts a form or loads something.
    public static let lax = SameSite(rawValue: "Lax")
    /// Never.
    public static let strict = SameSite(rawValue: "Strict")
    /// Always. Browsers demand `Secure` then; it is added.
    public static let none = SameSite(rawValue: "None")
}
