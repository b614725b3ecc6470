import Brigade
import Contract
import Glibc
import NIOCore

/// The application's own settings, read from the environment. The server reads its settings there too.
struct RecipeSettings: Equatable, Sendable {
    /// DATABASE_URL, or SQLALCHEMY_DATABASE_URI, the name in the tutorial.
    var database = DatabaseURL.sqlite(DatabaseLocation(path: "recipes.db"))
    /// DATABASE_POOL_SIZE: the connections of a worker to PostgreSQL.
    var databasePoolSize = 2
    /// DATABASE_BUSY_TIMEOUT: how long a write waits while another process holds a lock. PostgreSQL: how long any request
    /// waits.
    var databaseBusyTimeout = Duration.seconds(5)
    /// REDDIT_BASE_URL: what precedes `/r/...`, without a trailing slash.
    var redditBaseURL = "https://www.reddit.com"
    /// REDDIT_TIMEOUT.
    var redditTimeouts = RedditTimeouts()
    /// SSL_CERT_FILE and SSL_CERT_DIR, as OpenSSL's programs read them.
    var trustRoots = TrustRoots.system
    /// HTTPS_PROXY and NO_PROXY.
    var proxy: Proxy?
    /// FIRST_SUPERUSER: the e-mail address of the user that the seed creates.
    var firstSuperuser = "admin@recipeapi.com"
    /// DOCS_ASSETS: the directory with Swagger UI and ReDoc. Without it, browsers load them from a CDN.
    var documentationDirectory: DocumentationDirectory?
    /// BACKEND_CORS_ORIGINS: the origins whose pages may call the API.
    var corsOrigins: [String] = []

    init() {}

    /// - Parameter environment: an empty variable counts as absent, because Compose files write it so.
    init(environment: [String: String]) throws(SettingError) {
        func value(_ name: String) -> String? {
            environment[name].flatMap { $0.isEmpty ? nil : $0 }
        }
        for name in ["SQLALCHEMY_DATABASE_URI", "DATABASE_URL"] {
            guard let url = value(name) else { continue }
            database = try DatabaseURL(url, setting: name)
        }
        if let text = value("DATABASE_POOL_SIZE") {
            guard let size = Int(text), (1...64).contains(size) else {
                throw SettingError(name: "DATABASE_POOL_SIZE", reason: "must be a number from 1 to 64")
            }
            databasePoolSize = size
        }
        if let text = value("DATABASE_BUSY_TIMEOUT") {
            databaseBusyTimeout = try Self.duration(text, "DATABASE_BUSY_TIMEOUT", atMost: .seconds(60), "60s")
        }
        if let url = value("REDDIT_BASE_URL") { redditBaseURL = try Self.baseURL(url) }
        if let text = value("REDDIT_TIMEOUT") { redditTimeouts = try Self.timeouts(text) }
        trustRoots = TrustRoots(file: value("SSL_CERT_FILE"), directory: value("SSL_CERT_DIR"))
        proxy = try Proxy.fromEnvironment(for: redditBaseURL, value: value)
        if let address = value("FIRST_SUPERUSER") { firstSuperuser = try Self.emailAddress(address) }
        if let list = value("BACKEND_CORS_ORIGINS") { corsOrigins = try Self.origins(list) }
        documentationDirectory = value("DOCS_ASSETS").map(DocumentationDirectory.init)
    }

    /// The settings of this process.
    static func current() throws(SettingError) -> RecipeSettings {
        var variables: [String: String] = [:]
        var entry = environ
        while let line = entry.pointee {
            let parts = String(cString: line).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
            entry += 1
        }
        return try RecipeSettings(environment: variables)
    }

    private static func baseURL(_ text: String) throws(SettingError) -> String {
        let scheme = ["http://", "https://"].first { text.lowercased().hasPrefix($0) }
        let isPrintable = text.unicodeScalars.allSatisfy { $0.isASCII && $0.value > 0x20 && $0.value != 0x7f }
        guard let scheme, isPrintable, !text.contains(where: { $0 == "?" || $0 == "#" }),
            let first = text.dropFirst(scheme.count).first, first != "/"
        else {
            throw SettingError(
                name: "REDDIT_BASE_URL", reason: "\"\(text)\" is not a base URL; write it like https://www.reddit.com")
        }
        var base = Substring(text)
        while base.hasSuffix("/") { base.removeLast() }
        return String(base)
    }

    /// At most 8 s: the longest answer takes three times as long, and must end before the master takes a blocked worker
    /// for a stuck one (30 s by default).
    private static func timeouts(_ text: String) throws(SettingError) -> RedditTimeouts {
        RedditTimeouts(TimeAmount(try duration(text, "REDDIT_TIMEOUT", atMost: .seconds(8), "8s")))
    }

    private static func duration(
        _ text: String, _ setting: String, atMost limit: Duration, _ limitText: String
    ) throws(SettingError) -> Duration {
        let duration: Duration
        do {
            duration = try ValueSyntax.duration(text)
        } catch {
            throw SettingError(name: setting, reason: "\(error)")
        }
        guard duration > .zero, duration <= limit else {
            throw SettingError(name: setting, reason: "must be more than 0s and at most \(limitText)")
        }
        return duration
    }

    /// Finds obvious mistakes only: whether an address exists is for a mail server to say.
    private static func emailAddress(_ text: String) throws(SettingError) -> String {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        let labels = parts.last?.split(separator: ".", omittingEmptySubsequences: false) ?? []
        let isPrintable = text.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7f }
        guard parts.count == 2, !parts[0].isEmpty, labels.count >= 2, !labels.contains(""), isPrintable else {
            throw SettingError(
                name: "FIRST_SUPERUSER",
                reason: "\"\(text)\" is not an e-mail address; write it like admin@recipeapi.com")
        }
        return text
    }

    // MARK: CORS origins

    /// - Parameter text: a JSON list, or origins separated by commas.
    /// - Returns: the origins as browsers send them.
    private static func origins(_ text: String) throws(SettingError) -> [String] {
        var origins: [String] = []
        for item in try listItems(text) { origins.append(try origin(item)) }
        return origins
    }

    private static func listItems(_ text: String) throws(SettingError) -> [String] {
        let trimmed = text.drop { $0.isWhitespace }
        guard trimmed.hasPrefix("[") else {
            let items = text.split(separator: ",").map { String($0.filter { !$0.isWhitespace }) }
            return items.filter { !$0.isEmpty }
        }
        if case .array(let items)? = try? JSON(parsing: Array(text.utf8)) {
            let texts = items.compactMap { item -> String? in if case .string(let text) = item { text } else { nil } }
            if texts.count == items.count { return texts }
        }
        throw invalidOrigins("\(text) is not a JSON list of strings")
    }

    /// Scheme, host and port (RFC 6454). A longer URL would match no origin and silently block everybody.
    private static func origin(_ text: String) throws(SettingError) -> String {
        let url: WebURL
        do throws(WebURLError) {
            url = try WebURL(parsing: text)
        } catch {
            throw invalidOrigins("\"\(text)\" is not an origin")
        }
        let origin = url.text.dropLast()
        let authority = origin.drop { $0 != "/" }.dropFirst(2)
        guard url.text.hasSuffix("/"), !authority.contains(where: { "/?#@".contains($0) }) else {
            throw invalidOrigins("\"\(text)\" has more than a scheme, a host and a port")
        }
        return String(origin)
    }

    private static func invalidOrigins(_ reason: String) -> SettingError {
        SettingError(
            name: "BACKEND_CORS_ORIGINS",
            reason: "\(reason); write it like [\"https://shop.example\", \"http://localhost:3000\"]")
    }
}

/// An invalid setting of this application.
struct SettingError: InvalidSettingError, Equatable, CustomStringConvertible {
    /// The variable's name.
    let name: String
    /// What is wrong with the value, and what a valid one looks like.
    let reason: String

    var description: String { "\(name): \(reason)" }
}

/// The directory that DOCS_ASSETS names. `deploy/docs-assets.sh` fills it.
struct DocumentationDirectory: Equatable {
    /// Relative to the working directory, unless it starts with a slash.
    let path: String

    /// Reads the files.
    /// - Throws: an error that names the file which is missing, empty or not readable.
    func assets() throws(SettingError) -> DocumentationAssets {
        try DocumentationAssets(reading: read)
    }

    private func read(_ name: String) throws(SettingError) -> [UInt8] {
        let descriptor = open("\(path)/\(name)", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(name, String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            guard count >= 0 else { throw unreadable(name, String(cString: strerror(errno))) }
            guard count > 0 else { break }
            content += buffer[..<count]
        }
        guard !content.isEmpty else { throw unreadable(name, "it is empty") }
        return content
    }

    private func unreadable(_ name: String, _ reason: String) -> SettingError {
        SettingError(
            name: "DOCS_ASSETS",
            reason: "\(path)/\(name) cannot be read: \(reason); run `deploy/docs-assets.sh DIRECTORY` to get the files")
    }
}
