public import Messages

/// A value with a status, fields or cookies of its own. The document shows the value's type.
///
/// ```swift
/// api.get("/recipes") { () throws in
///     let all = try store.search(nil, [], 0)
///     return Reply(all).header("x-total-count", "\(all.count)")
/// }
/// api.post("/visits") { Reply("Welcome").status(.created).cookie("visited", "yes", maxAge: .seconds(3600)) }
/// ```
///
/// Of a nil value, an endpoint with `ifNil:` answers as if there were no `Reply`.
public struct Reply<Value: ResponseConvertible>: ResponseConvertible {
    fileprivate let value: Value
    private var status: Status?
    private var fields: [Field] = []

    /// An answer of that value.
    public init(_ value: Value) {
        self.value = value
    }

    /// As the value's own.
    public static var content: ResponseContent? { Value.content }

    /// With that status in place of the endpoint's.
    public func status(_ status: Status) -> Reply {
        var copy = self
        copy.status = status
        return copy
    }

    /// With a further field. What cannot stand in one, such as a line's end, makes the answer a 500.
    public func header(_ name: String, _ value: String) -> Reply {
        var copy = self
        copy.fields.append(Field(name, value))
        return copy
    }

    /// With a cookie (RFC 6265, section 4.1). Octets that cannot stand in one of its parts are percent-encoded.
    /// - Parameters:
    ///   - name: a token. One that starts with `__Host-` or `__Secure-` is sent over TLS only.
    ///   - value: any text; the parameter `Cookie` decodes it.
    ///   - maxAge: for which a browser keeps it, in whole seconds; nil is until it is closed, zero is not at all.
    ///   - path: below which it is sent back.
    ///   - domain: nil is this host alone.
    ///   - isSecure: whether it is sent over TLS only.
    ///   - isHTTPOnly: whether scripts of the page must not see it.
    ///   - sameSite: when requests from other sites have it.
    public func cookie(
        _ name: String, _ value: String, maxAge: Duration? = nil, path: String = "/", domain: String? = nil,
        isSecure: Bool = false, isHTTPOnly: Bool = true, sameSite: SameSite = .lax
    ) -> Reply {
        var text = PercentEncoding.token.encode(name) + "=" + PercentEncoding.cookieValue.encode(value)
        if let maxAge { text += "; Max-Age=\(max(0, maxAge.components.seconds))" }
        text += "; Path=" + PercentEncoding.cookieAttribute.encode(path)
        if let domain { text += "; Domain=" + PercentEncoding.token.encode(domain) }
        // RFC 6265bis, section 4.1.3: browsers drop a cookie that says one thing by its name and another here.
        let isSecureByName = ["__host-", "__secure-"].contains { name.lowercased().hasPrefix($0) }
        if isSecure || isSecureByName || sameSite == .none { text += "; Secure" }
        if isHTTPOnly { text += "; HttpOnly" }
        return header("set-cookie", text + "; SameSite=" + sameSite.rawValue)
    }

    /// The value's answer, with what was said beside it.
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

/// When a browser sends a cookie with requests that other sites cause (RFC 6265bis, section 5.6.7).
public struct SameSite: Hashable, Sendable {
    let rawValue: String

    /// When somebody follows a link, and not when a page posts or loads something.
    public static let lax = SameSite(rawValue: "Lax")
    /// Never.
    public static let strict = SameSite(rawValue: "Strict")
    /// Always; browsers ask for `Secure` then, which is added.
    public static let none = SameSite(rawValue: "None")
}
