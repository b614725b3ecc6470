import FoundationEssentials

/// A proxy that tunnels what it is asked to (CONNECT, RFC 9110 section 9.3.6).
struct ProxyServer: Equatable, Sendable {
    struct Credentials: Equatable, Sendable {
        let user: String
        let password: String
    }

    let host: String
    let port: Int
    let credentials: Credentials?

    /// The one that the environment names for an upstream.
    ///
    /// HTTPS_PROXY, in capitals or not, counts for an https upstream, unless NO_PROXY names its host. An http upstream is
    /// asked directly.
    /// - Parameter value: of a variable; nil when it is absent or empty.
    static func find(for baseURL: String, value: (String) -> String?) throws(SettingError) -> ProxyServer? {
        guard let upstream = URL(string: baseURL), upstream.scheme?.lowercased() == "https",
            let host = upstream.host?.lowercased()
        else { return nil }
        for name in ["https_proxy", "HTTPS_PROXY"] {
            guard let text = value(name) else { continue }
            let exceptions = value("no_proxy") ?? value("NO_PROXY") ?? ""
            return excepts(host, exceptions) ? nil : try ProxyServer(text, setting: name)
        }
        return nil
    }

    init(_ text: String, setting name: String) throws(SettingError) {
        guard let url = URL(string: text.contains("://") ? text : "http://\(text)"), url.scheme?.lowercased() == "http",
            let host = url.host, !host.isEmpty
        else {
            // The value is not repeated: it may hold a password.
            throw SettingError(name: name, reason: "it names no HTTP proxy; write it like http://proxy.example:3128")
        }
        self.host = host
        port = url.port ?? 80
        credentials = url.user(percentEncoded: false).map { user in
            Credentials(user: user, password: url.password(percentEncoded: false) ?? "")
        }
    }

    /// - Parameter list: hosts with commas between; each stands for its subdomains too, and `*` for all hosts.
    private static func excepts(_ host: String, _ list: String) -> Bool {
        list.lowercased().split { $0 == "," || $0 == " " }.contains { entry in
            let domain = entry.drop { $0 == "." }
            return entry == "*" || !domain.isEmpty && (host == domain || host.hasSuffix("." + domain))
        }
    }
}
