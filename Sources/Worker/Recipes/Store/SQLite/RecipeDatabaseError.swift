import GRDB

/// Why a database cannot be used and what to do about it, in one line.
struct RecipeDatabaseError: Error, Equatable, CustomStringConvertible {
    let description: String
    /// The database may be usable in a moment: it is locked, not missing.
    let isTransient: Bool
    /// Another process has files open that are no longer at the database's paths.
    let isConflict: Bool

    init(_ description: String, isTransient: Bool = false, isConflict: Bool = false) {
        self.description = description
        self.isTransient = isTransient
        self.isConflict = isConflict
    }

    init(_ error: DatabaseError, at location: DatabaseLocation) {
        let database = "the database \(location.path)"
        switch error.resultCode {
        case .SQLITE_NOTADB:
            self.init("\(database) is not a SQLite database; move the file away, or set DATABASE_URL to another one")
        case .SQLITE_CORRUPT where error.extendedResultCode == .SQLITE_CORRUPT_VTAB:
            self.init("the search index of \(database) is damaged; \(SearchIndex.repair)")
        case .SQLITE_CORRUPT:
            self.init("\(database) is damaged; restore a backup")
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
            self.init("\(database) is read-only; let this user write it, its directory, and its -wal and -shm files")
        case .SQLITE_FULL:
            self.init("\(database) cannot grow: the disk is full; free some space")
        case .SQLITE_IOERR where error.extendedResultCode == .SQLITE_IOERR_WRITE:
            self.init(
                "\(database) cannot be written: a disk error, or a file size limit (LimitFSIZE=, 'ulimit -f'); "
                    + "check both")
        case .SQLITE_IOERR where !Self.transientIOErrors.contains(error.extendedResultCode):
            self.init(
                "\(database) cannot be used: \(error.message ?? "\(error.resultCode)") "
                    + "(\(error.extendedResultCode)); check the disk, and \(location.path)-wal and \(location.path)-shm: if "
                    + "one was removed or replaced while a process used it, stop that process")
        case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_PROTOCOL, .SQLITE_CANTOPEN, .SQLITE_IOERR:
            self.init(
                "\(database) cannot be opened now: \(error.message ?? "\(error.resultCode)")", isTransient: true)
        default:
            self.init("\(database) cannot be used: \(error.message ?? "\(error.resultCode)")")
        }
    }

    /// I/O errors caused by other processes' locks or by lack of memory.
    private static let transientIOErrors: [ResultCode] = [
        .SQLITE_IOERR_BLOCKED, .SQLITE_IOERR_LOCK, .SQLITE_IOERR_RDLOCK, .SQLITE_IOERR_SHMLOCK, .SQLITE_IOERR_NOMEM,
    ]
}
