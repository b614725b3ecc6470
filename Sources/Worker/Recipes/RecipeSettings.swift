import Contract
import Glibc
import NIOCore

/// What the environment tells this application, beside what the server itself reads there.
struct RecipeSettings: Equatable, Sendable {
    /// DATABASE_URL, or SQLALCHEMY_DATABASE_URI as Python's applications call it.
    var database = DatabaseLocation(path: "recipes.db")
    /// REDDIT_BASE_URL: what stands before `/r/...`, without a slash at its end.
    var redditBaseURL = "https://www.reddit.com"
    /// REDDIT_TIMEOUT: how long reddit may take for each step.
    var redditPatience = Patience()
    /// SSL_CERT_FILE and SSL_CERT_DIR, as OpenSSL's programs read them.
    var trustedAuthorities = TrustedAuthorities.system
    /// HTTPS_PROXY and NO_PROXY.
    var proxy: ProxyServer?
    /// FIRST_SUPERUSER: the e-mail address of the user that the seed makes.
    var firstSuperuser = "admin@recipeapi.com"
    /// DOCS_ASSETS: where Swagger UI and ReDoc are on disk; without it browsers get them from a CDN.
    var documentationFolder: DocumentationFolder?

    /// BACKEND_CORS_ORIGINS: the origins whose pages may call the API; none when it is empty.
    var corsOrigins: [String] = []

    init() {}

    /// - Parameter environment: a variable that is there but empty counts as absent, as Compose files write it.
    init(environment: [String: String]) throws(SettingError) {
        func value(_ name: String) -> String? {
            environment[name].flatMap { $0.isEmpty ? nil : $0 }
        }
        for name in ["SQLALCHEMY_DATABASE_URI", "DATABASE_URL"] {
            guard let url = value(name) else { continue }
            database = try DatabaseLocation(url: url, setting: name)
        }
        if let url = value("REDDIT_BASE_URL") {
            redditBaseURL = try Self.baseURL(url)
        }
        if let text = value("REDDIT_TIMEOUT") {
            redditPatience = try Self.patience(text)
        }
        trustedAuthorities = TrustedAuthorities(file: value("SSL_CERT_FILE"), folder: value("SSL_CERT_DIR"))
        proxy = try ProxyServer.find(for: redditBaseURL, value: value)
        if let address = value("FIRST_SUPERUSER") {
            firstSuperuser = try Self.emailAddress(address)
        }
        if let list = value("BACKEND_CORS_ORIGINS") {
            corsOrigins = try Self.origins(list)
        }
        documentationFolder = value("DOCS_ASSETS").map(DocumentationFolder.init)
    }

    /// The settings that this process was started with.
    static func current() throws(SettingError) -> RecipeSettings {
        try RecipeSettings(environment: processEnvironment())
    }

    private static func baseURL(_ text: String) throws(SettingError) -> String {
        let scheme = ["http://", "https://"].first { text.lowercased().hasPrefix($0) }
        let isPlain = text.unicodeScalars.allSatisfy { $0.isASCII && $0.value > 0x20 && $0.value != 0x7f }
        guard let scheme, isPlain, !text.contains(where: { $0 == "?" || $0 == "#" }),
            let first = text.dropFirst(scheme.count).first, first != "/"
        else {
            throw SettingError(
                name: "REDDIT_BASE_URL", reason: "\"\(text)\" is no base URL; write it like https://www.reddit.com")
        }
        var base = Substring(text)
        while base.hasSuffix("/") { base.removeLast() }
        return String(base)
    }

    /// At most 8 s: three times that, the longest answer, must end before the master takes a blocked worker for a stuck
    /// one (30 s by default).
    private static func patience(_ text: String) throws(SettingError) -> Patience {
        let duration: Duration
        do {
            duration = try ValueSyntax.duration(text)
        } catch {
            throw SettingError(name: "REDDIT_TIMEOUT", reason: "\(error)")
        }
        guard duration > .zero, duration <= .seconds(8) else {
            throw SettingError(name: "REDDIT_TIMEOUT", reason: "give more than 0s and at most 8s")
        }
        return Patience(TimeAmount(duration))
    }

    /// Whether it can be an address is for a mail server to say; this finds what is clearly none.
    private static func emailAddress(_ text: String) throws(SettingError) -> String {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        let labels = parts.last?.split(separator: ".", omittingEmptySubsequences: false) ?? []
        let isClean = text.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7f }
        guard parts.count == 2, !parts[0].isEmpty, labels.count >= 2, !labels.contains(""), isClean else {
            throw SettingError(
                name: "FIRST_SUPERUSER",
                reason: "\"\(text)\" is no e-mail address; write it like admin@recipeapi.com")
        }
        return text
    }

    private static func processEnvironment() -> [String: String] {
        var variables: [String: String] = [:]
        var entry = environ
        while let line = entry.pointee {
            let parts = String(cString: line).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
            entry += 1
        }
        return variables
    }
}
