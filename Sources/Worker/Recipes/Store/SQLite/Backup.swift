import Brigade
import GRDB
import Glibc

/// Copies the database to a file while the server runs: `recipe-worker backup FILE`.
///
/// An existing FILE is replaced, because a nightly job uses one name again and again, and the old backup stays until the new
/// one is complete. A file that is not a backup is left alone.
struct Backup {
    let location: DatabaseLocation
    let log: Logger
    /// Shows how far it is; nil at the end.
    var progress: (DatabaseCopy.Progress?) -> Void = { _ in }

    /// - Throws: the reason. An older backup at the path is unchanged then.
    func run(to file: String) throws(RecipeDatabaseError) {
        try location.check(mayCreate: false)
        let paths = DatabaseFiles.Paths(location)
        let files = DatabaseFiles(at: paths)
        if let conflict = DatabaseLockHolders(files).conflict(files, at: paths) {
            throw RecipeDatabaseError("the database \(location.path) cannot be copied: \(conflict)")
        }
        let target = DatabaseFiles.Paths(DatabaseLocation(path: file))
        try check(target, isNot: files.main)
        let copy = DatabaseCopy(
            of: location.path, name: "the database \(location.path)", replacing: target.target, suffix: "partial")
        let recipes = try make(copy, paths, files)
        log.notice(
            "backed up",
            metadata: ["database": "\(location.path)", "to": "\(file)", "recipes": "\(recipes ?? 0)"])
    }

    /// - Returns: the number of recipes; nil if the table is missing.
    private func make(
        _ copy: DatabaseCopy, _ paths: DatabaseFiles.Paths, _ files: DatabaseFiles
    ) throws(RecipeDatabaseError) -> Int? {
        defer { progress(nil) }
        return try copy.make(progress: progress) { db in
            let problems = try String.fetchAll(db, sql: "PRAGMA quick_check(3)")
            guard problems == ["ok"] else {
                throw RecipeDatabaseError(
                    "the database \(location.path) is damaged, so it was not backed up: \(problems.joined(separator: "; ")); "
                        + "keep the last good backup")
            }
            return try db.tableExists("recipe") ? Int.fetchOne(db, sql: "SELECT count(*) FROM recipe") : nil
        } replace: { path throws(RecipeDatabaseError) in
            var status = stat()
            // Who may not read the database may not read its copy.
            guard stat(paths.target, &status) == 0, chmod(path, status.st_mode & 0o777) == 0 else {
                throw RecipeDatabaseError("\(path): its mode cannot be set: \(String(cString: strerror(errno)))")
            }
            // The main file may have been replaced meanwhile; the copy is then of a file that nobody uses.
            guard case .file = files.main, DatabaseFiles.Entry(paths.main).isSameFile(as: files.main) else {
                throw RecipeDatabaseError("the database \(location.path) was replaced meanwhile; run the backup again")
            }
            try copy.rename()
        }
    }

    /// Whether the file may be written or replaced.
    private func check(
        _ target: DatabaseFiles.Paths, isNot database: DatabaseFiles.Entry
    ) throws(RecipeDatabaseError) {
        let found = DatabaseFiles.Entry(target.main)
        guard !found.isSameFile(as: database) else {
            throw RecipeDatabaseError("\(target.main) is the database itself; name another file for the backup")
        }
        guard !["-wal", "-shm", "-journal"].contains(where: target.target.hasSuffix) else {
            throw RecipeDatabaseError(
                "\(target.main): SQLite gives this name to a part of a database; name another file for the backup")
        }
        for path in [target.wal, target.shm, target.target + "-journal"] where !DatabaseFiles.Entry(path).isAbsent {
            throw RecipeDatabaseError(
                "\(path) exists, so \(target.main) is a database in use, and SQLite would add the old rows to the backup; "
                    + "name another file")
        }
        switch found {
        case .absent(ENOENT): return
        case .absent(let code):
            throw RecipeDatabaseError("\(target.main) cannot be written: \(String(cString: strerror(code)))")
        case .other: throw RecipeDatabaseError("\(target.main) is not a file; name a file for the backup")
        case .file(_, _, isEmpty: true): return
        case .file: break
        }
        if let process = DatabaseLockHolders.first(at: target) {
            throw RecipeDatabaseError("\(process) has \(target.main) open; name another file for the backup")
        }
        guard Self.isBackup(target.target) else {
            throw RecipeDatabaseError(
                "\(target.main) exists and is not a backup of this application; name another file, or remove it")
        }
    }

    private static func isBackup(_ path: String) -> Bool {
        var readOnly = Configuration()
        readOnly.readonly = true
        let tables = try? DatabaseQueue(path: path, configuration: readOnly).read { db in
            try ["alembic_version", "recipe", "user"].allSatisfy { try db.tableExists($0) }
        }
        return tables == true
    }
}

/// The progress of a backup, in one line of a terminal that is written again and again.
final class BackupProgress {
    /// A log has no such lines.
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var lastPercent = -1

    /// - Parameter progress: nil leaves the line to whatever is written next.
    func show(_ progress: DatabaseCopy.Progress?) {
        guard let progress else { return say("\r\u{1B}[K") }
        let percent = progress.pages == 0 ? 100 : progress.copiedPages * 100 / progress.pages
        guard percent != lastPercent else { return }
        lastPercent = percent
        say("\rbackup: \(percent) % of \(progress.pages) pages")
    }

    private func say(_ text: String) {
        if isTerminal { _ = write(STDERR_FILENO, text, text.utf8.count) }
    }
}
