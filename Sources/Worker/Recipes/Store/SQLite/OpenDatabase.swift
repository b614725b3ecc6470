import GRDB
import GRDBSQLite
import Glibc
import Synchronization

/// An open database: its connections, and the files that they have open.
final class OpenDatabase: Sendable {
    /// One connection that writes, and several that read.
    let pool: any DatabaseWriter
    let groupCommit: GroupCommit
    /// nil for a database in memory.
    private let opened: (paths: DatabaseFiles.Paths, files: DatabaseFiles)?
    /// Bytes.
    private let lastWALSize = Atomic(0)
    private let hasProbedDisk = Atomic(false)
    private let damage = Mutex<Damage?>(nil)

    init(inMemory queue: DatabaseQueue) {
        pool = queue
        groupCommit = GroupCommit(queue, busyTimeout: .zero)
        opened = nil
    }

    /// Opens a database. While another process has files open that are no longer at the paths, it tries again for three
    /// seconds: workers close such files within a second or two.
    /// - Parameter requiredTables: opening fails if one is missing.
    static func openWaitingForOtherProcesses(
        _ location: DatabaseLocation, mayCreate: Bool, readers: Int, busyTimeout: Duration, requiredTables: [String]
    ) throws(RecipeDatabaseError) -> OpenDatabase {
        let start = ContinuousClock.now
        while true {
            do {
                return try OpenDatabase(
                    location, mayCreate: mayCreate, readers: readers, busyTimeout: busyTimeout,
                    requiredTables: requiredTables)
            } catch {
                guard error.isConflict, ContinuousClock.now - start < .seconds(3) else { throw error }
                usleep(20_000)
            }
        }
    }

    /// - Parameter afterChange: whether the files at the paths have just changed.
    init(
        _ location: DatabaseLocation, mayCreate: Bool, readers: Int, busyTimeout: Duration, requiredTables: [String],
        afterChange: Bool = false
    ) throws(RecipeDatabaseError) {
        try location.check(mayCreate: mayCreate)
        let paths = DatabaseFiles.Paths(location)
        let before = DatabaseFiles(at: paths)
        if let conflict = DatabaseLockHolders(before).conflict(before, at: paths, afterChange: afterChange) {
            throw RecipeDatabaseError("the database \(location.path) cannot be opened: \(conflict)", isConflict: true)
        }
        // A reader that the pool opens later must not open another file.
        let expectedFiles = ExpectedFiles()
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        configuration.maximumReaderCount = readers
        // A setting below a second is for requests: workers that start at the same time wait for each other.
        configuration.busyMode = .timeout(max(5, busyTimeout / .seconds(1)))
        configuration.prepareDatabase { _ in try expectedFiles.check(at: paths) }
        do {
            try Self.require(requiredTables, at: location, configuration)
            let pool = try DatabasePool(path: location.path, configuration: configuration)
            // The pool's default is NORMAL, which may lose the last commits in a power cut.
            try pool.writeWithoutTransaction { db in
                // SQLite opens a file read-only if it cannot be opened otherwise, and then begins a write transaction as a read
                // transaction.
                guard sqlite3_db_readonly(try db.connection, "main") == 0 else {
                    throw DatabaseError(resultCode: .SQLITE_READONLY)
                }
                try db.execute(sql: "PRAGMA synchronous = FULL")
            }
            // A reader is open from the start, so that the writer is never the last connection to close. The last one
            // deletes whatever file is at the log's path, even if it belongs to another database.
            try pool.read { _ = try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_master") }
            let files = DatabaseFiles(at: paths)
            // Another process may use a -shm file that belongs to a longer log.
            try pool.writeWithoutTransaction { db in
                try db.inTransaction(.immediate) {
                    try Self.check(db, files, at: paths)
                    return .rollback
                }
            }
            expectedFiles.set(files)
            self.pool = pool
            opened = (paths, files)
            groupCommit = GroupCommit(pool, busyTimeout: busyTimeout) { db in try Self.check(db, files, at: paths) }
        } catch let error as RecipeDatabaseError {
            throw error
        } catch let change as DatabaseFiles.Change {
            throw RecipeDatabaseError(
                "the database \(location.path) cannot be opened: \(change.reason)", isConflict: true)
        } catch let error as DatabaseError {
            throw RecipeDatabaseError(error, at: location)
        } catch {
            throw RecipeDatabaseError("the database \(location.path) cannot be used: \(error)")
        }
    }

    /// A file without the tables is not opened for writing, not even to look: the pool would begin a log, and when the right file
    /// is back at the path, SQLite would take that log for its own, and overwrite the file with the other's pages.
    private static func require(
        _ tables: [String], at location: DatabaseLocation, _ configuration: Configuration
    ) throws {
        guard !tables.isEmpty else { return }
        var readOnly = configuration
        readOnly.readonly = true
        let database = try DatabaseQueue(path: location.path, configuration: readOnly)
        try database.read { db in
            for table in tables where try !db.tableExists(table) {
                throw RecipeDatabaseError(
                    "the database \(location.path) has no table `\(table)`; run `recipe-worker prestart` to create it")
            }
        }
        try database.close()
    }

    private final class ExpectedFiles: Sendable {
        private let files = Mutex<DatabaseFiles?>(nil)

        func set(_ files: DatabaseFiles) { self.files.withLock { $0 = files } }

        func check(at paths: DatabaseFiles.Paths) throws {
            guard let files = files.withLock({ $0 }) else { return }
            if let change = files.change(to: DatabaseFiles(at: paths), at: paths) { throw change }
        }
    }

    // MARK: Changes of the files

    /// What has happened to the files since they were opened.
    func change() -> DatabaseFiles.Change? {
        opened.flatMap { $0.files.change(to: DatabaseFiles(at: $0.paths), at: $0.paths) }
    }

    /// Commits nothing, to find out whether the database takes writes.
    /// - Throws: `DatabaseFiles.Change` if a commit would go to other files than those at the paths.
    func tryWrite() throws {
        guard let opened else { return }
        try pool.writeWithoutTransaction { db in
            try db.inTransaction(.immediate) {
                try Self.check(db, opened.files, at: opened.paths)
                return .commit
            }
        }
    }

    func close() throws {
        groupCommit.close()
        try pool.close()
    }

    /// As `change()`, and also detects a truncated log. SQLite's errors do not say that either is the cause.
    func changeAfterError() -> DatabaseFiles.Change? {
        if let change = change() { return change }
        guard let paths = opened?.paths else { return nil }
        let isTruncated = try? pool.writeWithoutTransaction { try MainFile($0.connection).isWALTruncated(at: paths) }
        return isTruncated == true ? Self.truncated(paths) : nil
    }

    /// Within a write transaction: the commit will go to the files at the paths, and the log is complete.
    private static func check(_ db: Database, _ files: DatabaseFiles, at paths: DatabaseFiles.Paths) throws {
        if let change = files.change(to: DatabaseFiles(at: paths), at: paths) { throw change }
        if try MainFile(db.connection).isWALTruncated(at: paths) { throw truncated(paths) }
    }

    private static func truncated(_ paths: DatabaseFiles.Paths) -> DatabaseFiles.Change {
        DatabaseFiles.Change(reason: "the database file \(paths.wal) was truncated", isMainFileGone: false)
    }

    /// Whether the log has become shorter since the last call: SQLite has started it again, or it was truncated.
    func hasWALShrunk() -> Bool {
        guard let opened else { return false }
        var status = stat()
        guard stat(opened.paths.wal, &status) == 0 else { return false }
        return lastWALSize.exchange(Int(status.st_size), ordering: .relaxed) > Int(status.st_size)
    }

    // MARK: Disk

    /// Bytes: a large request.
    private static let probeSize = 128 << 10
    /// Bytes.
    private static let lowDiskSpace: UInt64 = 1 << 20

    /// Writes to the disk without a commit, and rolls back.
    /// - Throws: SQLite's error if the disk takes no writes.
    func probeDisk() throws {
        try pool.writeWithoutTransaction { db in
            // This may free some of the log's space.
            _ = try? db.checkpoint(.passive)
            try db.inTransaction(.immediate) {
                try db.execute(sql: "INSERT INTO user (email) VALUES (zeroblob(\(Self.probeSize)))")
                let code = sqlite3_db_cacheflush(try db.connection)
                guard code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
                try Self.syncLog(try db.connection)
                return .rollback
            }
        }
    }

    /// What a commit does at its end: a disk may take what it cannot keep.
    private static func syncLog(_ connection: OpaquePointer) throws {
        var file: UnsafeMutablePointer<sqlite3_file>?
        var code = sqlite3_file_control(connection, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file)
        if code == SQLITE_OK, let file, let methods = file.pointee.pMethods {
            code = methods.pointee.xSync(file, SQLITE_SYNC_NORMAL)
        }
        guard code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
    }

    /// Whether to probe the disk though no write has failed: it was never probed, or it is nearly full.
    var needsDiskProbe: Bool {
        guard let opened else { return false }
        if !hasProbedDisk.load(ordering: .relaxed) { return true }
        var status = statvfs()
        guard statvfs(DatabaseLocation(path: opened.paths.target).directory, &status) == 0 else { return false }
        return UInt64(status.f_bavail) * UInt64(status.f_frsize) < Self.lowDiskSpace
    }

    func recordDiskProbe() { hasProbedDisk.store(true, ordering: .relaxed) }

    // MARK: Damage

    private struct Damage {
        let reason: String
        var nextCheck: ContinuousClock.Instant
    }

    /// A check reads the whole file.
    private static let damageCheckInterval = Duration.seconds(5)

    func recordDamage(_ reason: String) {
        damage.withLock { $0 = $0 ?? Damage(reason: reason, nextCheck: .now) }
    }

    /// The recorded damage. It checks now and then whether the file has been repaired.
    func currentDamage() -> String? {
        guard let known = damage.withLock({ $0 }) else { return nil }
        guard known.nextCheck <= .now else { return known.reason }
        let isRepaired = try? pool.read { db in
            // Read from the disk, not from the cache.
            sqlite3_db_release_memory(try db.connection)
            return try String.fetchOne(db, sql: "PRAGMA quick_check(1)") == "ok"
        }
        damage.withLock {
            if isRepaired == true { $0 = nil } else { $0?.nextCheck = .now + Self.damageCheckInterval }
        }
        return isRepaired == true ? nil : known.reason
    }

    // MARK: Closing

    /// Moves the log's content to the main file, as far as possible without waiting for readers.
    ///
    /// The last connection to close only reads, and leaves the log as it is. Without this checkpoint, a copy of the main
    /// file would lack the latest commits.
    func checkpoint() throws {
        for attemptsLeft in (0..<20).reversed() {
            do {
                _ = try pool.writeWithoutTransaction { try $0.checkpoint(.passive) }
                return
            } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
                // Another stopping worker runs a checkpoint, which may have begun before this one's last commit.
                guard attemptsLeft > 0 else { throw error }
                usleep(10_000)
            }
        }
    }

    /// What `recoverCommits` achieved.
    enum Recovery: Equatable {
        /// All commits are in the open main file.
        case complete
        /// Another process does the same, or reads. Try again.
        case busy
        /// The commits cannot be moved without harm.
        case impossible(String)
    }

    /// Moves the open log's content to the open main file, if no process uses that file with another log.
    ///
    /// SQLite's PENDING lock keeps other processes from opening the main file meanwhile; workers that recover at the same
    /// time take turns by it. If the main file at the path was replaced, the log and its index are deleted: SQLite would
    /// apply them to the new file.
    func recoverCommits() -> Recovery {
        guard let opened else { return .complete }
        let (paths, files) = opened
        do {
            return try pool.writeWithoutTransaction { db in
                let file = try MainFile(db.connection)
                guard file.blockOpening() else { return .busy }
                defer { file.allowOpening() }
                let now = DatabaseFiles(at: paths)
                for (found, open, path) in [(now.wal, files.wal, paths.wal), (now.shm, files.shm, paths.shm)] {
                    // An empty file contains nothing that could be overwritten.
                    guard found.isAbsent || found.isEmpty || found.isSameFile(as: open) else {
                        return .impossible("another \(path) exists and may be in use")
                    }
                }
                if now.wal.isSameFile(as: files.wal), file.isWALTruncated(at: paths) {
                    return .impossible("\(paths.wal) was truncated")
                }
                var frames: Int32 = 0
                var checkpointed: Int32 = 0
                let code = sqlite3_wal_checkpoint_v2(
                    try db.connection, "main", SQLITE_CHECKPOINT_FULL, &frames, &checkpointed)
                if code == SQLITE_BUSY || code == SQLITE_OK && checkpointed < frames { return .busy }
                guard code == SQLITE_OK else { return .impossible(String(cString: sqlite3_errstr(code))) }
                if !now.main.isSameFile(as: files.main) {
                    for (found, open, path) in [(now.wal, files.wal, paths.wal), (now.shm, files.shm, paths.shm)]
                    where found.isSameFile(as: open) {
                        unlink(path)
                    }
                }
                return .complete
            }
        } catch {
            return .impossible("\(error)")
        }
    }
}

/// SQLite's file object of the main file (`SQLITE_FCNTL_FILE_POINTER`). Use it only while the connection is yours.
private struct MainFile {
    private let file: UnsafeMutablePointer<sqlite3_file>

    init(_ connection: OpaquePointer) throws {
        var file: UnsafeMutablePointer<sqlite3_file>?
        guard sqlite3_file_control(connection, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK, let file else {
            throw DatabaseError(resultCode: .SQLITE_MISUSE)
        }
        self.file = file
    }

    private var methods: sqlite3_io_methods { file.pointee.pMethods.pointee }

    /// Takes the PENDING lock, which a connection needs for its first lock. Connections that are open are not affected.
    /// - Returns: whether it was free.
    func blockOpening() -> Bool {
        guard methods.xLock(file, SQLITE_LOCK_RESERVED) == SQLITE_OK else { return false }
        // EXCLUSIVE is refused while others have the file open. PENDING, which comes first, is kept.
        _ = methods.xLock(file, SQLITE_LOCK_EXCLUSIVE)
        return true
    }

    func allowOpening() {
        _ = methods.xUnlock(file, SQLITE_LOCK_SHARED)
    }

    /// Whether the log has fewer bytes than its index says (https://sqlite.org/walformat.html, section 2). Both change only
    /// in a write transaction.
    func isWALTruncated(at paths: DatabaseFiles.Paths) -> Bool {
        var status = stat()
        guard let map = methods.xShmMap, stat(paths.wal, &status) == 0 else { return false }
        var region: UnsafeMutableRawPointer?
        guard map(file, 0, 32 << 10, 0, &region) == SQLITE_OK, let region else { return false }
        let frames = Int64(region.load(fromByteOffset: 16, as: UInt32.self))
        let pageSize = Int64(region.load(fromByteOffset: 14, as: UInt16.self))
        // 1 stands for 65536.
        let needed = frames == 0 ? 0 : 32 + frames * ((pageSize == 1 ? 65536 : pageSize) + 24)
        return Int64(status.st_size) < needed
    }
}

extension Database {
    /// SQLite's connection.
    var connection: OpaquePointer {
        get throws {
            guard let sqliteConnection else { throw DatabaseError(resultCode: .SQLITE_MISUSE, message: "closed") }
            return sqliteConnection
        }
    }
}
