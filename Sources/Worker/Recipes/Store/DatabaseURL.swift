import Postgres

/// Which database, and with which engine: the scheme of DATABASE_URL says it.
enum DatabaseURL: Equatable, Sendable, CustomStringConvertible {
    case sqlite(DatabaseLocation)
    case postgres(PostgresURL)

    /// - Parameter setting: the variable that holds the URL, for the error, which never contains a password.
    init(_ text: String, setting: String) throws(SettingError) {
        let scheme = text.prefix { $0 != ":" && $0 != "+" }.lowercased()
        guard scheme == "postgresql" || scheme == "postgres" else {
            self = .sqlite(try DatabaseLocation(url: text, setting: setting))
            return
        }
        do throws(PostgresURL.Invalid) {
            self = .postgres(try PostgresURL(text))
        } catch {
            throw SettingError(
                name: setting,
                reason: "the PostgreSQL URL is invalid: \(error.reason); write it like postgresql://user@host/database")
        }
    }

    /// Without a password.
    var description: String {
        switch self {
        case .sqlite(let location): location.path
        case .postgres(let url): "\(url)"
        }
    }

    /// For a command that copies files.
    /// - Parameter instead: how the same is done with PostgreSQL, which has programs of its own.
    func sqliteFile(instead: (_ url: String) -> String) throws(SettingError) -> DatabaseLocation {
        switch self {
        case .sqlite(let location): return location
        case .postgres(let url):
            throw SettingError(
                name: "DATABASE_URL",
                reason: "it names PostgreSQL, and this copies SQLite files; run `\(instead("\(url)"))`")
        }
    }
}
