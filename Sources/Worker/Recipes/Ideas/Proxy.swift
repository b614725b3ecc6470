import FoundationEssentials

/// An HTTP proxy that opens tunnels (CONNECT, RFC 9110, section 9.3.6).
struct Proxy: Equatable, Sendable {
    struct Credentials: Equatable, Sendable {
        let user: String
        let password: String
    }

    let host: String
    let port: Int
    let credentials: Credentials?

    /// The proxy for a base URL. HTTPS_PROXY, in either case, applies to https URLs whose host NO_PROXY does not list. A
    /// plain http URL is asked directly.
    /// - Parameter value: a variable's value; nil if it is absent or empty.
    static func fromEnvironment(for baseURL: String, value: (String) -> String?) throws(SettingError) -> Proxy? {
        guard let url = URL(string: baseURL), url.scheme?.lowercased() == "https", let host = url.host?.lowercased()
        else { return nil }
        for name in ["https_proxy", "HTTPS_PROXY"] {
            guard let text = value(name) else { continue }
            let exceptions = value("no_proxy") ?? value("NO_PROXY") ?? ""
            return bypasses(host, exceptions) ? nil : try Proxy(text, setting: name)
        }
        return nil
    }

    private init(_ text: String, setting name: String) throws(SettingError) {
        guard let url = URL(string: text.contains("://") ? text : "http://\(text)"), url.scheme?.lowercased() == "http",
            let host = url.host, !host.isEmpty
        else {
            // The value is not repeated: it may contain a password.
            throw SettingError(name: name, reason: "not an HTTP proxy; write it like http://proxy.example:3128")
        }
        self.host = host
        port = url.port ?? 80
        credentials = url.user(percentEncoded: false).map { user in
            Credentials(user: user, password: url.password(percentEncoded: false) ?? "")
        }
    }

    /// - Parameter list: domains separated by commas. Each includes its subdomains; `*` is every host.
    private static func bypasses(_ host: String, _ list: String) -> Bool {
        list.lowercased().split { $0 == "," || $0 == " " }.contains { entry in
            let domain = entry.drop { $0 == "." }
            return entry == "*" || !domain.isEmpty && (host == domain || host.hasSuffix("." + domain))
        }
    }
}
