import Brigade
import GRDB
import Glibc

/// Puts a backup in the database's place: `recipe-worker restore FILE`.
///
/// An old write-ahead log beside the new file would be taken for the new file's, and bring back what the restore was to
/// undo; so it goes before the new file gets the name.
struct Restore {
    let location: DatabaseLocation
    let log: Logger

    /// - Throws: `UnusableDatabase`, which says why nothing was changed.
    func run(from backup: String) throws(UnusableDatabase) {
        let paths = DatabaseFiles.Paths(location)
        let files = DatabaseFiles(at: paths)
        let source = DatabaseFiles.Entry(backup)
        guard case .file = source else {
            throw UnusableDatabase("the backup \(backup) is no file that can be read")
        }
        guard !source.isSameFile(as: files.main) else {
            throw UnusableDatabase("the backup \(backup) is the database itself")
        }
        try checkPlace(files, paths)
        if let user = DatabaseUsers.anyone(at: paths) {
            throw UnusableDatabase("\(user) has the database \(location.path) open; stop the server first")
        }
        let target = paths.target
        let copy = "\(target).restore-\(getpid())"
        defer { for file in [copy, copy + "-journal"] { unlink(file) } }
        let recipes = try verifiedCopy(of: backup, to: copy)
        try Self.flush(copy)
        keepOwner(of: target, for: copy)
        // A server that was started meanwhile.
        if let user = DatabaseUsers.anyone(at: paths) {
            throw UnusableDatabase("\(user) has opened the database \(location.path); stop the server first")
        }
        for path in [paths.log, paths.index, target + "-journal"] where unlink(path) != 0 && errno != ENOENT {
            throw UnusableDatabase("\(path) cannot be removed: \(String(cString: strerror(errno)))")
        }
        guard rename(copy, target) == 0 else {
            throw UnusableDatabase("\(target) cannot be replaced: \(String(cString: strerror(errno)))")
        }
        try Self.flush(DatabaseLocation(path: target).folder)
        log.notice(
            "restored", metadata: ["database": "\(location.path)", "from": "\(backup)", "recipes": "\(recipes)"])
    }

    /// Whether the database's name can be given to a file.
    private func checkPlace(_ files: DatabaseFiles, _ paths: DatabaseFiles.Paths) throws(UnusableDatabase) {
        let folder = DatabaseLocation(path: paths.target).folder
        switch files.main {
        case .file, .absent(ENOENT): break
        case .absent(let code):
            throw UnusableDatabase(
                "the database \(location.path) cannot be reached: \(String(cString: strerror(code)))")
        case .other:
            throw UnusableDatabase("the database \(location.path) is no file; let DATABASE_URL name one")
        }
        guard access(folder, W_OK | X_OK) == 0 else {
            throw UnusableDatabase(
                "the database \(location.path) cannot be replaced: its folder \(folder): "
                    + "\(String(cString: strerror(errno))); let this user write the folder")
        }
    }

    /// Copies with SQLite's own backup, which takes what is in the backup's log too.
    /// - Returns: how many recipes there are.
    private func verifiedCopy(of backup: String, to copy: String) throws(UnusableDatabase) -> Int {
        do {
            var readOnly = Configuration()
            readOnly.readonly = true
            let source = try DatabaseQueue(path: backup, configuration: readOnly)
            // That it can be read; what fails from here on for want of room is the copy.
            _ = try source.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_master") }
            let destination = try Self.ofCopy(copy) { try DatabaseQueue(path: copy) }
            try Self.ofCopy(copy) { try source.backup(to: destination) }
            let recipes = try destination.writeWithoutTransaction { db in
                // A copy of a database in WAL mode would leave a log of its own here.
                try Self.ofCopy(copy) { try db.execute(sql: "PRAGMA journal_mode = DELETE") }
                let problems = try String.fetchAll(db, sql: "PRAGMA integrity_check(3)")
                guard problems == ["ok"] else {
                    throw UnusableDatabase("the backup \(backup) is damaged: \(problems.joined(separator: "; "))")
                }
                for table in ["user", "recipe"] where try !db.tableExists(table) {
                    throw UnusableDatabase("the backup \(backup) has no table `\(table)`: it is of another application")
                }
                try verifyContent(db, backup)
                return try Int.fetchOne(db, sql: "SELECT count(*) FROM recipe")!
            }
            try source.close()
            try destination.close()
            return recipes
        } catch let error as UnusableDatabase {
            throw error
        } catch let error as DatabaseError {
            switch error.resultCode {
            case .SQLITE_NOTADB: throw UnusableDatabase("the backup \(backup) is no SQLite database")
            case .SQLITE_CORRUPT: throw UnusableDatabase("the backup \(backup) is damaged: \(error.message ?? "")")
            default:
                throw UnusableDatabase(
                    "the backup \(backup) cannot be copied: \(error.message ?? "\(error.resultCode)")")
            }
        } catch {
            throw UnusableDatabase("the backup \(backup) cannot be copied: \(error)")
        }
    }

    /// An error that is of the place where the copy is made, not of the backup.
    private static func ofCopy<Result>(_ copy: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as DatabaseError {
            switch error.resultCode {
            case .SQLITE_FULL:
                throw UnusableDatabase(
                    "\(copy), the copy beside the database, cannot be written: the disk is full; make room there")
            case .SQLITE_IOERR where !reading.contains(error.extendedResultCode):
                throw UnusableDatabase(
                    "\(copy), the copy beside the database, cannot be written: a disk error, or a limit of the files' size "
                        + "(\(error.extendedResultCode))")
            case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM:
                throw UnusableDatabase(
                    "\(copy), the copy beside the database, cannot be written: \(error.message ?? "\(error.resultCode)"); "
                        + "let this user write the folder")
            default: throw error
            }
        }
    }

    /// Input and output errors of the backup.
    private static let reading: [ResultCode] = [
        .SQLITE_IOERR_READ, .SQLITE_IOERR_SHORT_READ, .SQLITE_IOERR_RDLOCK, .SQLITE_IOERR_NOMEM,
    ]

    /// That this version can serve what is in it.
    private func verifyContent(_ db: Database, _ backup: String) throws {
        let hasRevision = try db.tableExists("alembic_version")
        let revisions =
            hasRevision ? try String.fetchAll(db, sql: "SELECT version_num FROM alembic_version") : []
        guard revisions.count == 1 else {
            throw UnusableDatabase(
                "the backup \(backup) has no one revision of its tables in alembic_version, so that it is unknown which "
                    + "version made it")
        }
        guard Migration.all.contains(where: { $0.revision == revisions[0] }) else {
            throw UnusableDatabase(
                "the backup \(backup) has revision \(revisions[0]), which this version does not know; "
                    + "use the version that made it")
        }
        do {
            _ = try Row.fetchOne(db, sql: "SELECT \(Recipe.columns) FROM recipe LIMIT 1")
            _ = try Row.fetchOne(db, sql: "SELECT id, email FROM user LIMIT 1")
        } catch let error as DatabaseError where error.resultCode == .SQLITE_ERROR {
            throw UnusableDatabase(
                "the backup \(backup) has other columns than this version uses: \(error.message ?? "")")
        }
        if let row = try Row.fetchOne(db, sql: "PRAGMA foreign_key_check") {
            let (table, id, parent) = (row[0] as String, row[1] as Int64?, row[2] as String)
            throw UnusableDatabase(
                "the backup \(backup) has a row whose \(parent) does not exist (`\(table)`, id \(id ?? 0)); mend that in "
                    + "the backup first (PRAGMA foreign_key_check)")
        }
    }

    /// The server may run as another user than the one who restores: as the one whose the old file was, or else as the one
    /// whose the folder is.
    private func keepOwner(of target: String, for copy: String) {
        var status = stat()
        guard stat(target, &status) == 0 else {
            if geteuid() == 0, stat(DatabaseLocation(path: target).folder, &status) == 0,
                chown(copy, status.st_uid, status.st_gid) != 0
            {
                log.warning(
                    "the restored file belongs to this user: the folder's owner cannot be given",
                    metadata: ["file": "\(target)"])
            }
            chmod(copy, 0o644)
            return
        }
        if chown(copy, status.st_uid, status.st_gid) != 0 {
            log.warning(
                "the restored file belongs to this user: the owner cannot be kept", metadata: ["file": "\(target)"])
        }
        chmod(copy, status.st_mode & 0o7777)
    }

    /// fsync(2), of a folder too.
    private static func flush(_ path: String) throws(UnusableDatabase) {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        defer { if file >= 0 { close(file) } }
        guard file >= 0, fsync(file) == 0 else {
            throw UnusableDatabase("\(path) cannot be put on the disk: \(String(cString: strerror(errno)))")
        }
    }
}
