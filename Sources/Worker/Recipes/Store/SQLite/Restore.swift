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
        let copy = DatabaseCopy(of: backup, name: "the backup \(backup)", replacing: target, suffix: "restore")
        let recipes = try copy.make { db in
            try verify(db, backup)
        } replace: { path throws(RecipeDatabaseError) in
            copyOwner(of: target, to: path)
            // A server may have been started since.
            if let process = DatabaseLockHolders.first(at: paths) {
                throw RecipeDatabaseError(
                    "\(process) has opened the database \(location.path); stop the server first")
            }
            moveLogIntoFile(paths)
            for path in [paths.wal, paths.shm, target + "-journal"] where unlink(path) != 0 && errno != ENOENT {
                throw RecipeDatabaseError("\(path) cannot be removed: \(String(cString: strerror(errno)))")
            }
            try copy.rename()
        }
        log.notice(
            "restored", metadata: ["database": "\(location.path)", "from": "\(backup)", "recipes": "\(recipes)"])
    }

    /// If the restore is cut off after the old log is deleted, the old file must be whole without it. What SQLite cannot read is
    /// not worth keeping.
    private func moveLogIntoFile(_ paths: DatabaseFiles.Paths) {
        guard access(paths.target, F_OK) == 0, access(paths.wal, F_OK) == 0 else { return }
        do {
            let database = try DatabaseQueue(path: paths.target)
            try database.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
            try database.close()
        } catch {
            log.debug("the old log could not be moved into the old file", metadata: ["error": "\(error)"])
        }
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

    /// - Returns: the number of recipes.
    private func verify(_ db: Database, _ backup: String) throws -> Int {
        let problems = try String.fetchAll(db, sql: "PRAGMA integrity_check(3)")
        guard problems == ["ok"] else {
            throw RecipeDatabaseError("the backup \(backup) is damaged: \(problems.joined(separator: "; "))")
        }
        for table in ["user", "recipe"] where try !db.tableExists(table) {
            throw RecipeDatabaseError("the backup \(backup) has no table `\(table)`: it is another application's")
        }
        try verifyContent(db, backup)
        return try Int.fetchOne(db, sql: "SELECT count(*) FROM recipe")!
    }

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
        // The tutorial's own application stores such rows, and this server serves them. A backup of them must be of use.
        if let row = try Row.fetchOne(db, sql: "PRAGMA foreign_key_check") {
            let (table, id, parent) = (row[0] as String, row[1] as Int64?, row[2] as String)
            log.warning(
                "the backup has a row whose parent does not exist; `recipe-worker check --database` counts them",
                metadata: ["backup": "\(backup)", "table": "\(table)", "id": "\(id ?? 0)", "parent": "\(parent)"])
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
}
