import GRDB
import Glibc

/// A consistent copy of a SQLite database, made beside the file that it is about to replace.
///
/// The copy is one read transaction of the source: it has the commits of the source's write-ahead log, and others may go on
/// writing. It gets its name by a rename, so that no reader ever finds half a file.
struct DatabaseCopy {
    /// The database to copy.
    let source: String
    /// What the operator calls it: "the backup b.db".
    let sourceName: String
    /// The file that the copy replaces, with symbolic links resolved. It may be missing.
    let target: String
    private let path: String

    /// - Parameter suffix: of the file that is written.
    init(of source: String, name: String, replacing target: String, suffix: String) {
        self.source = source
        sourceName = name
        self.target = target
        path = "\(target).\(suffix)-\(getpid())"
    }

    /// How much of the source is copied.
    struct Progress {
        let copiedPages: Int
        let pages: Int
    }

    /// Pages of one step: about 4 MiB.
    private static let pagesPerStep: CInt = 1024

    /// Makes the copy, and flushes it to the disk. Signals that end the process wait until nothing half-written is left.
    /// - Parameters:
    ///   - verify: looks into the copy.
    ///   - replace: is called with the path of the complete copy, and calls `rename()`.
    func make<Value>(
        progress: @escaping (Progress) -> Void = { _ in }, verify: (Database) throws -> Value,
        replace: (_ path: String) throws(RecipeDatabaseError) -> Void
    ) throws(RecipeDatabaseError) -> Value {
        try HeldSignals.during { signals throws(RecipeDatabaseError) in
            defer { for suffix in ["", "-journal", "-wal", "-shm"] { unlink(path + suffix) } }
            try create()
            let value = try copy(signals, progress, verify)
            try Self.fsync(path)
            guard !signals.isOnePending else { throw Self.interrupted }
            try replace(path)
            return value
        }
    }

    /// Gives the copy its name.
    func rename() throws(RecipeDatabaseError) {
        guard Glibc.rename(path, target) == 0 else {
            throw RecipeDatabaseError("\(target) cannot be replaced: \(String(cString: strerror(errno)))")
        }
        try Self.fsync(DatabaseLocation(path: target).directory)
    }

    /// Nobody else may read it: its mode is that of the database only when it is complete.
    private func create() throws(RecipeDatabaseError) {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw RecipeDatabaseError(
                "\(path) cannot be created: \(String(cString: strerror(errno))); let this user write the directory")
        }
        close(file)
    }

    private func copy<Value>(
        _ signals: HeldSignals, _ progress: @escaping (Progress) -> Void, _ verify: (Database) throws -> Value
    ) throws(RecipeDatabaseError) -> Value {
        do {
            var readOnly = Configuration()
            readOnly.readonly = true
            readOnly.busyMode = .timeout(5)
            let source = try DatabaseQueue(path: source, configuration: readOnly)
            let copy = try writing { try DatabaseQueue(path: path) }
            let value = try source.read { from in
                // The transaction begins here. Other errors are the copy's.
                _ = try Int.fetchOne(from, sql: "SELECT count(*) FROM sqlite_master")
                return try copy.writeWithoutTransaction { to in
                    try writing {
                        try from.backup(to: to, pagesPerStep: Self.pagesPerStep) { step in
                            progress(Progress(copiedPages: step.completedPageCount, pages: step.totalPageCount))
                            guard !signals.isOnePending else { throw Self.interrupted }
                        }
                        // In WAL mode, the copy's own log would stay here.
                        _ = try String.fetchOne(to, sql: "PRAGMA journal_mode = DELETE")
                    }
                    return try verify(to)
                }
            }
            try source.close()
            try copy.close()
            return value
        } catch let error as RecipeDatabaseError {
            throw error
        } catch let error as DatabaseError {
            switch error.resultCode {
            case .SQLITE_NOTADB: throw RecipeDatabaseError("\(sourceName) is not a SQLite database")
            case .SQLITE_CORRUPT: throw RecipeDatabaseError("\(sourceName) is damaged: \(error.message ?? "")")
            default:
                throw RecipeDatabaseError(
                    "\(sourceName) cannot be copied: \(error.message ?? "\(error.resultCode)")")
            }
        } catch {
            throw RecipeDatabaseError("\(sourceName) cannot be copied: \(error)")
        }
    }

    /// Names the copy, not the source, in errors of writing.
    private func writing<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as DatabaseError {
            switch error.resultCode {
            case .SQLITE_FULL:
                throw RecipeDatabaseError("\(path) cannot be written: the disk is full; free some space")
            case .SQLITE_IOERR where !Self.readErrors.contains(error.extendedResultCode):
                throw RecipeDatabaseError(
                    "\(path) cannot be written: a disk error or a file size limit (\(error.extendedResultCode)); check both"
                )
            case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM:
                throw RecipeDatabaseError(
                    "\(path) cannot be written: \(error.message ?? "\(error.resultCode)"); let this user write the directory"
                )
            default: throw error
            }
        }
    }

    /// I/O errors of reading the source.
    private static let readErrors: [ResultCode] = [
        .SQLITE_IOERR_READ, .SQLITE_IOERR_SHORT_READ, .SQLITE_IOERR_RDLOCK, .SQLITE_IOERR_NOMEM,
    ]

    private static let interrupted = RecipeDatabaseError("interrupted by a signal; nothing was changed")

    /// fsync(2) of a file or a directory.
    private static func fsync(_ path: String) throws(RecipeDatabaseError) {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        defer { if file >= 0 { close(file) } }
        guard file >= 0, Glibc.fsync(file) == 0 else {
            throw RecipeDatabaseError("\(path) cannot be written to the disk: \(String(cString: strerror(errno)))")
        }
    }
}

/// Signals that end a process, held back while a file is half-written. They take effect afterwards, so that the parent sees
/// which one it was.
private struct HeldSignals {
    private static let all = [SIGINT, SIGTERM, SIGHUP]

    static func during<Result>(
        _ body: (HeldSignals) throws(RecipeDatabaseError) -> Result
    ) throws(RecipeDatabaseError) -> Result {
        var held = sigset_t()
        var before = sigset_t()
        sigemptyset(&held)
        for signal in all { sigaddset(&held, signal) }
        pthread_sigmask(SIG_BLOCK, &held, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        return try body(HeldSignals())
    }

    var isOnePending: Bool {
        var pending = sigset_t()
        sigpending(&pending)
        return Self.all.contains { sigismember(&pending, $0) == 1 }
    }
}
