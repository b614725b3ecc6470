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
    func sqliteFile(for command: String) throws(RecipeDatabaseError) -> DatabaseLocation {
        switch self {
        case .sqlite(let location): return location
        case .postgres(let url):
            throw RecipeDatabaseError(
                "`\(command)` copies a SQLite file, and DATABASE_URL is \(url); use pg_dump and pg_restore instead")
        }
    }
}
