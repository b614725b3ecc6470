/// Where the database is: the path of a SQLite file, read from a URL as SQLAlchemy writes it.
struct DatabaseLocation: Equatable, Sendable {
    /// Relative to the working directory unless it starts with a slash.
    let path: String

    init(path: String) {
        self.path = path
    }

    /// The folder that it is in.
    var folder: String {
        path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    }

    /// The file's name in its folder.
    var name: String { path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path }

    /// - Parameters:
    ///   - url: `sqlite:///recipes.db`, or `sqlite:////var/lib/recipes.db` with an absolute path. The path is taken as
    ///     it stands, without percent-decoding, as SQLAlchemy does.
    ///   - setting: where the URL comes from, for the error's text.
    init(url: String, setting: String) throws(SettingError) {
        func refused(_ reason: String) -> SettingError { SettingError(name: setting, reason: reason) }
        let example = "write it like sqlite:///recipes.db (relative) or sqlite:////var/lib/recipes.db (absolute)"

        guard let colon = url.firstRange(of: "://") else {
            throw refused("\"\(url)\" is no database URL; \(example)")
        }
        // What follows the scheme may hold a password: it is not repeated.
        let scheme = url[..<colon.lowerBound]
        let dialect = scheme.prefix { $0 != "+" }.lowercased()
        if dialect == "postgresql" || dialect == "postgres" {
            throw refused("PostgreSQL is not supported yet; \(example)")
        }
        guard dialect == "sqlite" else {
            throw refused("\(scheme) is no database that this application knows; \(example)")
        }
        let rest = url[colon.upperBound...]
        guard rest.hasPrefix("/") else {
            throw refused("\"\(url)\" has a host, and SQLite has none; \(example)")
        }
        let path = rest.dropFirst()
        guard !path.isEmpty, path != ":memory:" else {
            throw refused("a database in memory is not shared by several workers; \(example)")
        }
        guard !path.contains("?"), !path.hasPrefix("file:") else {
            throw refused("\"\(url)\" has options, and there are none; \(example)")
        }
        guard !path.hasSuffix("/") else {
            throw refused("\"\(url)\" names a folder; \(example)")
        }
        self.path = String(path)
    }
}
