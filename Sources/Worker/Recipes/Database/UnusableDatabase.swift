import GRDB
import Glibc

/// Why a database cannot be used, and what to do about it, in one line.
struct UnusableDatabase: Error, Equatable, CustomStringConvertible {
    let description: String
    /// Whether it may be usable in a moment: it is locked, not that it is missing.
    let mayPass: Bool
    /// Whether another process has files of it open that have lost their names.
    let isConflict: Bool

    init(_ description: String, mayPass: Bool = false, isConflict: Bool = false) {
        self.description = description
        self.mayPass = mayPass
        self.isConflict = isConflict
    }

    /// Opens a database, again while others still have files of it open that have lost their names: workers close them
    /// within a second or two.
    static func awaitingOthers(
        _ open: () throws(UnusableDatabase) -> OpenDatabase
    ) throws(UnusableDatabase) -> OpenDatabase {
        let start = ContinuousClock.now
        while true {
            do {
                return try open()
            } catch {
                guard error.isConflict, ContinuousClock.now - start < .seconds(3) else { throw error }
                usleep(20_000)
            }
        }
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
        case .SQLITE_IOERR where error.extendedResultCode == .SQLITE_IOERR_WRITE:
            self.init(
                "\(database) cannot be written: a disk error, or a limit of the files' size (LimitFSIZE=, 'ulimit -f')")
        case .SQLITE_IOERR where !Self.passing.contains(error.extendedResultCode):
            self.init(
                "\(database) cannot be used: \(error.message ?? "\(error.resultCode)") "
                    + "(\(error.extendedResultCode)); look at the disk, and at \(location.path)-wal and \(location.path)-shm: "
                    + "one that was removed or replaced while a process used it does this until that process has ended")
        case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_PROTOCOL, .SQLITE_CANTOPEN, .SQLITE_IOERR:
            self.init("\(database) cannot be opened now: \(error.message ?? "\(error.resultCode)")", mayPass: true)
        default:
            self.init("\(database) cannot be used: \(error.message ?? "\(error.resultCode)")")
        }
    }

    /// Input and output errors that come of others' locks, or of want of memory.
    private static let passing: [ResultCode] = [
        .SQLITE_IOERR_BLOCKED, .SQLITE_IOERR_LOCK, .SQLITE_IOERR_RDLOCK, .SQLITE_IOERR_SHMLOCK, .SQLITE_IOERR_NOMEM,
    ]
}

extension DatabaseLocation {
    /// What SQLite would only call "unable to open database file", said clearly.
    /// - Parameter creating: whether the file may be missing.
    func check(creating: Bool) throws(UnusableDatabase) {
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
        let paths = DatabaseFiles.Paths(self)
        for file in [paths.log, paths.index] where access(file, F_OK) == 0 && access(file, R_OK | W_OK) != 0 {
            throw UnusableDatabase("\(file) cannot be written: \(Self.reason()); let this user read and write it")
        }
        // The write-ahead log stands beside the file.
        guard access(folder, W_OK | X_OK) == 0 else {
            throw UnusableDatabase(
                "the database \(path) cannot be written: its folder \(folder): \(Self.reason()); "
                    + "let this user write the folder")
        }
    }

    /// Whether a file that is there is one of SQLite's (https://sqlite.org/fileformat.html, section 1.3), without opening it
    /// as a database. An empty one is.
    func checkKind() throws(UnusableDatabase) {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return }
        defer { close(file) }
        let start = [UInt8](unsafeUninitializedCapacity: 16) { buffer, count in
            count = max(0, pread(file, buffer.baseAddress, 16, 0))
        }
        guard start.isEmpty || start == Array("SQLite format 3\0".utf8) else {
            throw UnusableDatabase(DatabaseError(resultCode: .SQLITE_NOTADB), at: self)
        }
    }

    private static func reason() -> String { String(cString: strerror(errno)) }
}
