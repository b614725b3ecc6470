import GRDB
import Glibc

/// Why a database cannot be used, and what to do about it, in one line.
struct UnusableDatabase: Error, Equatable, CustomStringConvertible {
    let description: String
    /// Whether it may be usable in a moment: it is locked, not that it is missing.
    let mayPass: Bool

    init(_ description: String, mayPass: Bool = false) {
        self.description = description
        self.mayPass = mayPass
    }

    init(_ error: DatabaseError, at location: DatabaseLocation) {
        let database = "the database \(location.path)"
        switch error.resultCode {
        case .SQLITE_NOTADB:
            self.init("\(database) is no SQLite database; move that file away, or let DATABASE_URL name another")
        case .SQLITE_CORRUPT:
            self.init("\(database) is damaged; restore it from a backup")
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
            self.init("\(database) is read-only; let this user write it, its folder, and its -wal and -shm files")
        case .SQLITE_FULL:
            self.init("\(database) cannot grow: the disk is full")
        case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_PROTOCOL, .SQLITE_CANTOPEN, .SQLITE_IOERR:
            self.init("\(database) cannot be opened now: \(error.message ?? "\(error.resultCode)")", mayPass: true)
        default:
            self.init("\(database) cannot be used: \(error.message ?? "\(error.resultCode)")")
        }
    }
}

extension DatabaseLocation {
    /// What SQLite would only call "unable to open database file", said clearly.
    /// - Parameter creating: whether the file may be missing.
    func check(creating: Bool) throws(UnusableDatabase) {
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        var status = stat()
        guard stat(folder, &status) == 0 else {
            throw UnusableDatabase(
                "the database \(path) cannot be opened: its folder \(folder): \(Self.reason()); "
                    + "make the folder, or let DATABASE_URL name another")
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw UnusableDatabase("the database \(path) cannot be opened: \(folder) is no folder")
        }
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFREG else {
                throw UnusableDatabase("the database \(path) is no file; let DATABASE_URL name one")
            }
            guard access(path, R_OK) == 0 else {
                throw UnusableDatabase("the database \(path) cannot be read: \(Self.reason()); let this user read it")
            }
            guard access(path, W_OK) == 0 else {
                throw UnusableDatabase(
                    "the database \(path) cannot be written: \(Self.reason()); let this user write it")
            }
        } else if errno != ENOENT {
            throw UnusableDatabase("the database \(path) cannot be opened: \(Self.reason())")
        } else if !creating {
            throw UnusableDatabase("the database \(path) does not exist; run `recipe-worker prestart` to make it")
        }
        // The write-ahead log stands beside the file.
        guard access(folder, W_OK | X_OK) == 0 else {
            throw UnusableDatabase(
                "the database \(path) cannot be written: its folder \(folder): \(Self.reason()); "
                    + "let this user write the folder")
        }
    }

    private static func reason() -> String { String(cString: strerror(errno)) }
}
