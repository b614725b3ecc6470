import Brigade
import GRDB
import Glibc

/// Replaces the database by a backup: `recipe-worker restore FILE`.
///
/// SQLite would apply an old write-ahead log to the new file, and so undo the restore. The old log is therefore deleted
/// before the new file gets its name.
struct Restore {
    let location: DatabaseLocation
    let log: Logger

    /// - Throws: the reason. The database is unchanged then.
    func run(from backup: String) throws(RecipeDatabaseError) {
        let paths = DatabaseFiles.Paths(location)
        let files = DatabaseFiles(at: paths)
        let source = DatabaseFiles.Entry(backup)
        guard case .file = source else {
            throw RecipeDatabaseError("the backup \(backup) is not a file or cannot be read")
        }
        guard !source.isSameFile(as: files.main) else {
            throw RecipeDatabaseError("the backup \(backup) is the database itself")
        }
        try checkTarget(files, paths)
        if let process = DatabaseLockHolders.first(at: paths) {
            throw RecipeDatabaseError("\(process) has the database \(location.path) open; stop the server first")
        }
        let target = paths.target
        let copy = "\(target).restore-\(getpid())"
        defer { for file in [copy, copy + "-journal"] { unlink(file) } }
        let recipes = try verifiedCopy(of: backup, to: copy)
        try Self.fsync(copy)
        copyOwner(of: target, to: copy)
        // A server may have been started since.
        if let process = DatabaseLockHolders.first(at: paths) {
            throw RecipeDatabaseError("\(process) has opened the database \(location.path); stop the server first")
        }
        for path in [paths.wal, paths.shm, target + "-journal"] where unlink(path) != 0 && errno != ENOENT {
            throw RecipeDatabaseError("\(path) cannot be removed: \(String(cString: strerror(errno)))")
        }
        guard rename(copy, target) == 0 else {
            throw RecipeDatabaseError("\(target) cannot be replaced: \(String(cString: strerror(errno)))")
        }
        try Self.fsync(DatabaseLocation(path: target).directory)
        log.notice(
            "restored", metadata: ["database": "\(location.path)", "from": "\(backup)", "recipes": "\(recipes)"])
    }

    /// Whether the file at the database's path can be replaced.
    private func checkTarget(_ files: DatabaseFiles, _ paths: DatabaseFiles.Paths) throws(RecipeDatabaseError) {
        let directory = DatabaseLocation(path: paths.target).directory
        switch files.main {
        case .file, .absent(ENOENT): break
        case .absent(let code):
            throw RecipeDatabaseError(
                "the database \(location.path) cannot be reached: \(String(cString: strerror(code)))")
        case .other:
            throw RecipeDatabaseError("the database \(location.path) is not a file; set DATABASE_URL to a file")
        }
        guard access(directory, W_OK | X_OK) == 0 else {
            throw RecipeDatabaseError(
                "the database \(location.path) cannot be replaced: its directory \(directory): "
                    + "\(String(cString: strerror(errno))); let this user write the directory")
        }
    }

    /// Copies with SQLite's backup API, which includes the backup's own log, and verifies the copy.
    /// - Returns: the number of recipes.
    private func verifiedCopy(of backup: String, to copy: String) throws(RecipeDatabaseError) -> Int {
        do {
            var readOnly = Configuration()
            readOnly.readonly = true
            let source = try DatabaseQueue(path: backup, configuration: readOnly)
            // Find out that the backup can be read, so that later errors are the copy's.
            _ = try source.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_master") }
            let destination = try Self.writing(copy) { try DatabaseQueue(path: copy) }
            try Self.writing(copy) { try source.backup(to: destination) }
            let recipes = try destination.writeWithoutTransaction { db in
                // In WAL mode, the copy's own log would stay here.
                try Self.writing(copy) { try db.execute(sql: "PRAGMA journal_mode = DELETE") }
                let problems = try String.fetchAll(db, sql: "PRAGMA integrity_check(3)")
                guard problems == ["ok"] else {
                    throw RecipeDatabaseError("the backup \(backup) is damaged: \(problems.joined(separator: "; "))")
                }
                for table in ["user", "recipe"] where try !db.tableExists(table) {
                    throw RecipeDatabaseError(
                        "the backup \(backup) has no table `\(table)`: it is another application's")
                }
                try verifyContent(db, backup)
                return try Int.fetchOne(db, sql: "SELECT count(*) FROM recipe")!
            }
            try source.close()
            try destination.close()
            return recipes
        } catch let error as RecipeDatabaseError {
            throw error
        } catch let error as DatabaseError {
            switch error.resultCode {
            case .SQLITE_NOTADB: throw RecipeDatabaseError("the backup \(backup) is not a SQLite database")
            case .SQLITE_CORRUPT: throw RecipeDatabaseError("the backup \(backup) is damaged: \(error.message ?? "")")
            default:
                throw RecipeDatabaseError(
                    "the backup \(backup) cannot be copied: \(error.message ?? "\(error.resultCode)")")
            }
        } catch {
            throw RecipeDatabaseError("the backup \(backup) cannot be copied: \(error)")
        }
    }

    /// Names the copy, not the backup, in errors of writing.
    private static func writing<Result>(_ copy: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as DatabaseError {
            switch error.resultCode {
            case .SQLITE_FULL:
                throw RecipeDatabaseError(
                    "\(copy), the copy beside the database, cannot be written: the disk is full; free some space")
            case .SQLITE_IOERR where !readErrors.contains(error.extendedResultCode):
                throw RecipeDatabaseError(
                    "\(copy), the copy beside the database, cannot be written: a disk error or a file size limit "
                        + "(\(error.extendedResultCode)); check both")
            case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM:
                throw RecipeDatabaseError(
                    "\(copy), the copy beside the database, cannot be written: \(error.message ?? "\(error.resultCode)"); "
                        + "let this user write the directory")
            default: throw error
            }
        }
    }

    /// I/O errors of reading the backup.
    private static let readErrors: [ResultCode] = [
        .SQLITE_IOERR_READ, .SQLITE_IOERR_SHORT_READ, .SQLITE_IOERR_RDLOCK, .SQLITE_IOERR_NOMEM,
    ]

    /// Whether this version can serve the content.
    private func verifyContent(_ db: Database, _ backup: String) throws {
        let hasRevision = try db.tableExists("alembic_version")
        let revisions =
            hasRevision ? try String.fetchAll(db, sql: "SELECT version_num FROM alembic_version") : []
        guard revisions.count == 1 else {
            throw RecipeDatabaseError(
                "the backup \(backup) must have exactly one revision in alembic_version; use a backup that "
                    + "recipe-worker can serve")
        }
        guard Migration.all.contains(where: { $0.revision == revisions[0] }) else {
            throw RecipeDatabaseError(
                "the backup \(backup) has revision \(revisions[0]), which this version does not know; "
                    + "use the version that created it")
        }
        do {
            _ = try Row.fetchOne(db, sql: "SELECT \(Recipe.columns) FROM recipe LIMIT 1")
            _ = try Row.fetchOne(db, sql: "SELECT id, email FROM user LIMIT 1")
        } catch let error as DatabaseError where error.resultCode == .SQLITE_ERROR {
            throw RecipeDatabaseError(
                "the backup \(backup) does not have the columns that this version uses: \(error.message ?? "")")
        }
        if let row = try Row.fetchOne(db, sql: "PRAGMA foreign_key_check") {
            let (table, id, parent) = (row[0] as String, row[1] as Int64?, row[2] as String)
            throw RecipeDatabaseError(
                "the backup \(backup) has a row whose \(parent) does not exist (`\(table)`, id \(id ?? 0)); repair "
                    + "the backup first (PRAGMA foreign_key_check)")
        }
    }

    /// The server may run as a different user than the restore: as the owner of the old file, or of the directory if there is
    /// no old file.
    private func copyOwner(of target: String, to copy: String) {
        var status = stat()
        guard stat(target, &status) == 0 else {
            if geteuid() == 0, stat(DatabaseLocation(path: target).directory, &status) == 0,
                chown(copy, status.st_uid, status.st_gid) != 0
            {
                log.warning(
                    "the restored file belongs to this user: it could not be given to the directory's owner",
                    metadata: ["file": "\(target)"])
            }
            chmod(copy, 0o644)
            return
        }
        if chown(copy, status.st_uid, status.st_gid) != 0 {
            log.warning(
                "the restored file belongs to this user: it could not be given to the old file's owner",
                metadata: ["file": "\(target)"])
        }
        chmod(copy, status.st_mode & 0o7777)
    }

    /// fsync(2) of a file or a directory.
    private static func fsync(_ path: String) throws(RecipeDatabaseError) {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        defer { if file >= 0 { close(file) } }
        guard file >= 0, Glibc.fsync(file) == 0 else {
            throw RecipeDatabaseError("\(path) cannot be written to the disk: \(String(cString: strerror(errno)))")
        }
    }
}
