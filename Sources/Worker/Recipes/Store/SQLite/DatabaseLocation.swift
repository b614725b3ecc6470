import GRDB
import Glibc

/// The path of the SQLite file, read from a URL in SQLAlchemy's form.
struct DatabaseLocation: Equatable, Sendable {
    /// Relative to the working directory, unless it starts with a slash.
    let path: String

    init(path: String) {
        self.path = path
    }

    /// - Parameters:
    ///   - url: `sqlite:///recipes.db`, or `sqlite:////var/lib/recipes.db` for an absolute path. The path is not
    ///     percent-decoded, as in SQLAlchemy.
    ///   - setting: the variable that holds the URL, for the error.
    init(url: String, setting: String) throws(SettingError) {
        func invalid(_ reason: String) -> SettingError { SettingError(name: setting, reason: reason) }
        let example = "write it like sqlite:///recipes.db (relative) or sqlite:////var/lib/recipes.db (absolute)"

        guard let colon = url.firstRange(of: "://") else {
            throw invalid("\"\(url)\" is not a database URL; \(example)")
        }
        // Errors do not repeat what follows the scheme of another database: it may contain a password.
        let scheme = url[..<colon.lowerBound]
        let dialect = scheme.prefix { $0 != "+" }.lowercased()
        guard dialect == "sqlite" else {
            throw invalid("\(scheme) is not a supported database; \(example), or like postgresql://user@host/database")
        }
        let rest = url[colon.upperBound...]
        guard rest.hasPrefix("/") else {
            throw invalid("\"\(url)\" has a host, and SQLite has none; \(example)")
        }
        let path = rest.dropFirst()
        guard !path.isEmpty, path != ":memory:" else {
            throw invalid("workers cannot share a database in memory; \(example)")
        }
        guard !path.contains("?"), !path.hasPrefix("file:") else {
            throw invalid("\"\(url)\" has options, which are not supported; \(example)")
        }
        guard !path.hasSuffix("/") else {
            throw invalid("\"\(url)\" names a directory; \(example)")
        }
        self.path = String(path)
    }

    var directory: String {
        path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    }

    // MARK: Checks before opening

    /// Finds what SQLite would only report as "unable to open database file".
    /// - Parameter mayCreate: whether the file may be missing.
    func check(mayCreate: Bool) throws(RecipeDatabaseError) {
        var status = stat()
        guard stat(directory, &status) == 0 else {
            throw RecipeDatabaseError(
                "the database \(path) cannot be opened: its directory \(directory): \(Self.reason()); "
                    + "create the directory, or set DATABASE_URL to another one")
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw RecipeDatabaseError("the database \(path) cannot be opened: \(directory) is not a directory")
        }
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFREG else {
                throw RecipeDatabaseError("the database \(path) is not a file; set DATABASE_URL to a file")
            }
            guard access(path, R_OK) == 0 else {
                throw RecipeDatabaseError(
                    "the database \(path) cannot be read: \(Self.reason()); let this user read it")
            }
            guard access(path, W_OK) == 0 else {
                throw RecipeDatabaseError(
                    "the database \(path) cannot be written: \(Self.reason()); let this user write it")
            }
        } else if errno != ENOENT {
            throw RecipeDatabaseError("the database \(path) cannot be opened: \(Self.reason())")
        } else if !mayCreate {
            throw RecipeDatabaseError("the database \(path) does not exist; run `recipe-worker prestart` to create it")
        }
        let paths = DatabaseFiles.Paths(self)
        for file in [paths.wal, paths.shm] where access(file, F_OK) == 0 && access(file, R_OK | W_OK) != 0 {
            throw RecipeDatabaseError("\(file) cannot be written: \(Self.reason()); let this user read and write it")
        }
        // SQLite creates the write-ahead log beside the file.
        guard access(directory, W_OK | X_OK) == 0 else {
            throw RecipeDatabaseError(
                "the database \(path) cannot be written: its directory \(directory): \(Self.reason()); "
                    + "let this user write the directory")
        }
    }

    /// Whether an existing file is SQLite's (https://sqlite.org/fileformat.html, section 1.3), without opening it as a
    /// database. An empty file is.
    func checkFormat() throws(RecipeDatabaseError) {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return }
        defer { close(file) }
        let header = [UInt8](unsafeUninitializedCapacity: 16) { buffer, count in
            count = max(0, pread(file, buffer.baseAddress, 16, 0))
        }
        guard header.isEmpty || header == Array("SQLite format 3\0".utf8) else {
            throw RecipeDatabaseError(DatabaseError(resultCode: .SQLITE_NOTADB), at: self)
        }
    }

    private static func reason() -> String { String(cString: strerror(errno)) }
}
