import GRDB
import GRDBSQLite
import Glibc
import Synchronization

/// A database that is open: its connections, and the files that they have open.
final class OpenDatabase: Sendable {
    /// One connection that writes, and as many as needed that read.
    let pool: any DatabaseWriter
    let commits: SharedCommit
    /// None for a database in memory.
    private let opened: (paths: DatabaseFiles.Paths, files: DatabaseFiles)?
    /// Bytes, when it was last looked at.
    private let sizeOfLog = Atomic(0)
    /// Whether the disk has been asked for a write since this was opened.
    private let isProbed = Atomic(false)
    private let damage = Mutex<Damage?>(nil)

    init(inMemory queue: DatabaseQueue) {
        pool = queue
        commits = SharedCommit(queue)
        opened = nil
    }

    /// - Parameters:
    ///   - tables: what must be there.
    ///   - afterChange: whether files of it have just lost their names.
    init(
        _ location: DatabaseLocation, creating: Bool, readers: Int, waiting: Duration, tables: [String],
        afterChange: Bool = false
    ) throws(UnusableDatabase) {
        try location.check(creating: creating)
        let paths = DatabaseFiles.Paths(location)
        let before = DatabaseFiles(at: paths)
        if let conflict = DatabaseUsers(before).conflict(before, at: paths, afterChange: afterChange) {
            throw UnusableDatabase("the database \(location.path) cannot be opened: \(conflict)", isConflict: true)
        }
        // A reader that is opened later must not open another file.
        let expectation = Expectation()
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        configuration.maximumReaderCount = readers
        configuration.busyMode = .timeout(Double(waiting.components.seconds))
        configuration.prepareDatabase { _ in try expectation.check(at: paths) }
        do {
            let pool = try DatabasePool(path: location.path, configuration: configuration)
            // The pool's own choice is NORMAL, which may lose the last commits in a power cut.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            // A reader is there from the beginning, so that the writer is never the last to close: the last one would
            // delete what has the log's name, whosever it is by then.
            try pool.read { db in
                for table in tables where try !db.tableExists(table) {
                    throw UnusableDatabase(
                        "the database \(location.path) has no table `\(table)`; run `recipe-worker prestart` to make it"
                    )
                }
                _ = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master")
            }
            let files = DatabaseFiles(at: paths)
            // Another process may use an index that belongs to a longer log.
            try pool.writeWithoutTransaction { db in
                try db.inTransaction(.immediate) {
                    try Self.check(db, files, at: paths)
                    return .rollback
                }
            }
            expectation.expect(files)
            self.pool = pool
            opened = (paths, files)
            commits = SharedCommit(pool) { db in try Self.check(db, files, at: paths) }
        } catch let error as UnusableDatabase {
            throw error
        } catch let change as DatabaseFiles.Change {
            throw UnusableDatabase("the database \(location.path) cannot be opened: \(change.reason)", isConflict: true)
        } catch let error as DatabaseError {
            throw UnusableDatabase(error, at: location)
        } catch {
            throw UnusableDatabase("the database \(location.path) cannot be used: \(error)")
        }
    }

    private final class Expectation: Sendable {
        private let files = Mutex<DatabaseFiles?>(nil)

        func expect(_ files: DatabaseFiles) { self.files.withLock { $0 = files } }

        func check(at paths: DatabaseFiles.Paths) throws {
            guard let files = files.withLock({ $0 }) else { return }
            if let change = files.change(to: DatabaseFiles(at: paths), at: paths) { throw change }
        }
    }

    /// What has become of the files since they were opened.
    func change() -> DatabaseFiles.Change? {
        opened.flatMap { $0.files.change(to: DatabaseFiles(at: $0.paths), at: $0.paths) }
    }

    /// In a transaction that writes: that what is committed goes to the files that have the database's names, and that
    /// none of them has been cut short.
    private static func check(_ db: Database, _ files: DatabaseFiles, at paths: DatabaseFiles.Paths) throws {
        if let change = files.change(to: DatabaseFiles(at: paths), at: paths) { throw change }
        if try MainFile(db.connection).isLogCutShort(at: paths) { throw Self.cutShort(paths) }
    }

    private static func cutShort(_ paths: DatabaseFiles.Paths) -> DatabaseFiles.Change {
        DatabaseFiles.Change(reason: "the database's file \(paths.log) was cut short", isGone: false)
    }

    /// What has become of the files, after an error of SQLite's that does not say it.
    func changeBehindError() -> DatabaseFiles.Change? {
        if let change = change() { return change }
        guard let paths = opened?.paths else { return nil }
        let isCutShort = try? pool.writeWithoutTransaction { try MainFile($0.connection).isLogCutShort(at: paths) }
        return isCutShort == true ? Self.cutShort(paths) : nil
    }

    /// Whether the log is shorter than when this was last asked: it has begun anew, or somebody has cut it short.
    var hasShorterLog: Bool {
        guard let opened else { return false }
        var status = stat()
        guard stat(opened.paths.log, &status) == 0 else { return false }
        return sizeOfLog.exchange(Int(status.st_size), ordering: .relaxed) > Int(status.st_size)
    }

    // MARK: Writing

    /// Moves what the log holds to the main file, as far as that goes without waiting for those who read.
    ///
    /// The last connection to close is one that only reads, which leaves the log where it is: without this, what was
    /// stored would be in the log alone, and a copy of the main file would lack it.
    func checkpoint() throws {
        for triesLeft in (0..<20).reversed() {
            do {
                _ = try pool.writeWithoutTransaction { try $0.checkpoint(.passive) }
                return
            } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
                // Another worker that stops is at it: it may not see what this one has just stored.
                guard triesLeft > 0 else { throw error }
                usleep(10_000)
            }
        }
    }

    /// Whether the disk takes a write of the size of a large request. Nothing of it stays.
    /// - Throws: why it does not.
    func probe() throws {
        try pool.writeWithoutTransaction { db in
            // What the log holds may be let go, which makes room.
            _ = try? db.checkpoint(.passive)
            try db.inTransaction(.immediate) {
                try db.execute(sql: "INSERT INTO user (email) VALUES (zeroblob(\(Self.probeSize)))")
                // Out of the cache and to the disk, without a commit.
                let code = sqlite3_db_cacheflush(try db.connection)
                guard code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
                return .rollback
            }
        }
    }

    /// Bytes.
    private static let probeSize = 128 << 10

    /// Whether the disk is to be asked for a write though none has failed: nothing has asked it yet, or it has little room.
    var needsProbe: Bool {
        guard let opened else { return false }
        if !isProbed.load(ordering: .relaxed) { return true }
        var status = statvfs()
        guard statvfs(DatabaseLocation(path: opened.paths.target).folder, &status) == 0 else { return false }
        return UInt64(status.f_bavail) * UInt64(status.f_frsize) < Self.littleRoom
    }

    /// The disk has said whether it takes writes.
    func wasProbed() { isProbed.store(true, ordering: .relaxed) }

    /// Bytes.
    private static let littleRoom: UInt64 = 1 << 20

    // MARK: Damage

    private struct Damage {
        let reason: String
        /// When to look again whether it is mended; that reads the whole file.
        var nextCheck: ContinuousClock.Instant
    }

    private static let pauseBetweenChecks = Duration.seconds(5)

    /// What is stored cannot be read as a database.
    func isDamaged(_ reason: String) {
        damage.withLock { $0 = $0 ?? Damage(reason: reason, nextCheck: .now) }
    }

    /// The damage that was met, unless SQLite finds the whole file in order by now.
    func unmendedDamage() -> String? {
        guard let met = damage.withLock({ $0 }) else { return nil }
        guard met.nextCheck <= .now else { return met.reason }
        let isMended = try? pool.read { db in
            // What is on the disk counts, not what was read before.
            sqlite3_db_release_memory(try db.connection)
            return try String.fetchOne(db, sql: "PRAGMA quick_check(1)") == "ok"
        }
        damage.withLock {
            if isMended == true { $0 = nil } else { $0?.nextCheck = .now + Self.pauseBetweenChecks }
        }
        return isMended == true ? nil : met.reason
    }

    // MARK: Closing

    /// What becomes of commits that are in a log without a name.
    enum Rescue: Equatable {
        /// They are in the main file.
        case complete
        /// Another process is at it, or reads: try again.
        case busy
        /// They cannot be moved to the main file without harm.
        case lost(String)
    }

    /// Moves what the open log holds to the open main file, if nobody uses that file with another log.
    ///
    /// Meanwhile SQLite's PENDING lock keeps others from opening the main file; two workers that do this take turns by it.
    /// Where the main file has been replaced, its log and index must not stay: SQLite would take them for the new file's.
    func rescue() -> Rescue {
        guard let opened else { return .complete }
        let (paths, files) = opened
        do {
            return try pool.writeWithoutTransaction { db in
                let file = try MainFile(db.connection)
                guard file.lockOthersOut() else { return .busy }
                defer { file.letOthersIn() }
                let now = DatabaseFiles(at: paths)
                for (entry, mine, path) in [(now.log, files.log, paths.log), (now.index, files.index, paths.index)] {
                    // What nobody has written to holds nothing that could be overwritten.
                    guard entry.isAbsent || entry.isEmpty || entry.isSameFile(as: mine) else {
                        return .lost("there is another \(path), which may be in use")
                    }
                }
                if now.log.isSameFile(as: files.log), file.isLogCutShort(at: paths) {
                    return .lost("\(paths.log) was cut short")
                }
                var size: Int32 = 0
                var moved: Int32 = 0
                let code = sqlite3_wal_checkpoint_v2(
                    try db.connection, "main", SQLITE_CHECKPOINT_FULL, &size, &moved)
                if code == SQLITE_BUSY || code == SQLITE_OK && moved < size { return .busy }
                guard code == SQLITE_OK else { return .lost(String(cString: sqlite3_errstr(code))) }
                if !now.main.isSameFile(as: files.main) {
                    for (entry, mine, path) in [
                        (now.log, files.log, paths.log), (now.index, files.index, paths.index),
                    ] where entry.isSameFile(as: mine) {
                        unlink(path)
                    }
                }
                return .complete
            }
        } catch {
            return .lost("\(error)")
        }
    }
}

/// SQLite's own handle of the main file (`SQLITE_FCNTL_FILE_POINTER`). It is used in a connection's turn only.
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

    /// Nobody can open the main file from now on: a connection's first lock needs PENDING, which is taken here. Those who
    /// have it open go on.
    func lockOthersOut() -> Bool {
        guard methods.xLock(file, SQLITE_LOCK_RESERVED) == SQLITE_OK else { return false }
        // It is refused while others have the file open; PENDING is kept then.
        _ = methods.xLock(file, SQLITE_LOCK_EXCLUSIVE)
        return true
    }

    func letOthersIn() {
        _ = methods.xUnlock(file, SQLITE_LOCK_SHARED)
    }

    /// Whether the log has fewer bytes than its index says (https://sqlite.org/walformat.html, section 2). Both change only
    /// in a transaction that writes.
    func isLogCutShort(at paths: DatabaseFiles.Paths) -> Bool {
        var status = stat()
        guard let map = methods.xShmMap, stat(paths.log, &status) == 0 else { return false }
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
    /// The connection under GRDB's.
    var connection: OpaquePointer {
        get throws {
            guard let sqliteConnection else { throw DatabaseError(resultCode: .SQLITE_MISUSE, message: "closed") }
            return sqliteConnection
        }
    }
}
