import Brigade
import GRDB
import Synchronization

/// A SQLite file that several processes read and write.
///
/// It is in WAL mode, so readers never wait for a writer. A commit is on the disk before it is acknowledged
/// (`synchronous=FULL`).
///
/// The open files must be those at the database's paths. This is checked before each commit, by readiness, and by
/// `checkAndRepair()`. Otherwise all reads and writes fail until `checkAndRepair()` has opened the right files.
final class SQLiteStore: RecipeStore {
    let location: DatabaseLocation
    let nonBlockingReader: NonBlockingReader?
    private let opened: Mutex<OpenDatabase?>
    private let health = Mutex(DatabaseHealth())
    private let host = Mutex<(any ApplicationHost)?>(nil)
    private let isIndexDamageReported = Atomic(false)
    private let readers: Int
    private let busyTimeout: Duration
    private let report: @Sendable (String?) -> Void
    private let log: Logger

    private static let requiredTables = ["user", "recipe"]
    /// Long reads share the threads of the pool with each other, and leave some to other operations.
    private static let reads = BlockingOperation("read_database")
    /// How long to try to recover commits from files that are no longer at the paths.
    private static let recoveryTimeout = Duration.seconds(5)

    // MARK: Opening

    /// Opens an existing database with its tables.
    /// - Parameters:
    ///   - busyTimeout: how long a write may wait for another process.
    ///   - report: called with the problem when one begins, and with nil when it ends.
    init(
        serving location: DatabaseLocation, readers: Int = 8, busyTimeout: Duration = .seconds(5),
        report: @escaping @Sendable (String?) -> Void = { _ in },
        log: Logger = Logger(label: "database")
    ) throws(RecipeDatabaseError) {
        self.location = location
        self.report = report
        self.readers = readers
        self.busyTimeout = busyTimeout
        self.log = log
        opened = Mutex(
            try OpenDatabase.openWaitingForOtherProcesses(
                location, mayCreate: false, readers: readers, busyTimeout: busyTimeout,
                requiredTables: Self.requiredTables))
        do {
            nonBlockingReader = try NonBlockingReader(location)
        } catch {
            throw RecipeDatabaseError(error, at: location)
        }
    }

    /// Opens the database for the prestart or a migration, whatever tables it has.
    init(preparing location: DatabaseLocation, mayCreate: Bool) throws(RecipeDatabaseError) {
        self.location = location
        readers = 1
        busyTimeout = .zero
        report = { _ in }
        log = Logger(label: "database")
        nonBlockingReader = nil
        opened = Mutex(
            try OpenDatabase.openWaitingForOtherProcesses(
                location, mayCreate: mayCreate, readers: 1, busyTimeout: .seconds(30), requiredTables: []))
    }

    /// An empty database in memory, to build the API without using it.
    static func empty() throws -> SQLiteStore {
        SQLiteStore(inMemory: try DatabaseQueue())
    }

    private init(inMemory queue: DatabaseQueue) {
        location = DatabaseLocation(path: ":memory:")
        readers = 1
        busyTimeout = .zero
        report = { _ in }
        log = Logger(label: "database")
        nonBlockingReader = nil
        opened = Mutex(OpenDatabase(inMemory: queue))
    }

    func start(on host: any ApplicationHost) {
        self.host.withLock { $0 = host }
        nonBlockingReader?.attach(to: host)
    }

    // MARK: Reading and writing

    /// Runs work that may block on the server's blocking pool; without a server, on this thread.
    /// - Throws: what the work throws; `HTTPError` 503 if the pool's queue is full.
    func onBlockingThread<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        guard let host = host.withLock({ $0 }) else { return try work() }
        return try await withCheckedThrowingContinuation { continuation in
            let isTaken = host.runBlocking(Self.reads, deadline: nil) {
                continuation.resume(with: Result { try work() })
            }
            if !isTaken { continuation.resume(throwing: HTTPError.databaseBusy) }
        }
    }

    /// - Throws: `HTTPError` 503 while the database cannot be used.
    var pool: any DatabaseWriter { get throws { try usableDatabase().pool } }

    /// - Throws: `HTTPError` 503 while the database cannot be used.
    var groupCommit: GroupCommit { get throws { try usableDatabase().groupCommit } }

    private func usableDatabase() throws -> OpenDatabase {
        guard let database = opened.withLock({ $0 }), health.withLock({ $0.isUsable }) else {
            throw HTTPError.databaseUnavailable
        }
        return database
    }

    /// - Throws: `HTTPError` 503 while the database cannot be used.
    func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        do {
            return try pool.read(body)
        } catch let change as DatabaseFiles.Change {
            handle(.failed(change.reason))
            throw HTTPError.databaseUnavailable
        } catch let error as DatabaseError {
            throw readFailed(error)
        }
    }

    /// Records the cause of a failed read.
    /// - Returns: the error for the client.
    func readFailed(_ error: DatabaseError) -> any Error {
        recordCause(of: error)
        return health.withLock { $0.isUsable } ? error : HTTPError.databaseUnavailable
    }

    /// Searches answer without a damaged index, but slowly. Writes fail, because their triggers do.
    func reportIndexDamage(_ error: DatabaseError) {
        guard !isIndexDamageReported.exchange(true, ordering: .relaxed) else { return }
        log.error(
            "the search index is damaged: searches read all rows, and writes may fail; \(SearchIndex.repair)",
            metadata: ["database": "\(location.path)", "error": "\(error.message ?? "\(error.resultCode)")"])
    }

    /// Returns when the write is on the disk.
    /// - Throws: `HTTPError` 503 if it cannot be stored now. Nothing of it is stored then.
    func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            return try await groupCommit.write(body)
        } catch is GroupCommit.Closed {
            throw HTTPError.databaseUnavailable
        } catch let error as DatabaseError where error.isLock {
            throw HTTPError.databaseBusy
        } catch let error where error is DatabaseFiles.Change || error is DatabaseError {
            // To find the cause may block.
            throw try await onBlockingThread { self.writeFailed(error) }
        }
    }

    /// Records the cause of a failed write.
    /// - Returns: the error for the client.
    private func writeFailed(_ error: any Error) -> any Error {
        if let change = error as? DatabaseFiles.Change {
            handle(.failed(change.reason))
            return HTTPError.databaseUnavailable
        }
        guard let error = error as? DatabaseError else { return error }
        switch error.resultCode {
        case .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_READONLY, .SQLITE_CANTOPEN:
            recordCause(of: error)
            handle(.writeFailed("\(RecipeDatabaseError(error, at: location))"))
            return HTTPError.databaseUnavailable
        default: return readFailed(error)
        }
    }

    // MARK: Health

    /// Why the database cannot be used; nil if it can. For readiness: it waits for no lock, and a locked database is healthy.
    func healthProblem() -> String? {
        if let change = opened.withLock({ $0 })?.change() { handle(.failed(change.reason)) }
        if let problem = health.withLock({ $0.accessProblem }) { return problem.reason }
        checkSchema()
        return health.withLock { $0.problem }
    }

    private func checkSchema() {
        do {
            try nonBlockingReader?.checkSchema()
            handle(.schemaCheckSucceeded)
        } catch {
            switch error.resultCode {
            case .SQLITE_BUSY, .SQLITE_LOCKED: break
            // Closed since, for a reason that is known.
            case .SQLITE_MISUSE: break
            default:
                recordCause(of: error)
                if health.withLock({ $0.isUsable }) { handle(.schemaCheckFailed(doesNotAnswer(error))) }
            }
        }
    }

    /// Finds what is behind an error of SQLite's: changed files, or damage.
    private func recordCause(of error: DatabaseError) {
        guard error.extendedResultCode != .SQLITE_CORRUPT_VTAB else { return reportIndexDamage(error) }
        switch error.resultCode {
        case .SQLITE_IOERR, .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_CANTOPEN, .SQLITE_READONLY:
            let database = opened.withLock { $0 }
            if let change = database?.changeAfterError() {
                handle(.failed(change.reason))
            } else if error.resultCode == .SQLITE_CORRUPT || error.resultCode == .SQLITE_NOTADB {
                let reason =
                    "the database \(location.path) is damaged (\(error.message ?? "\(error.resultCode)")); stop the server "
                    + "and restore a backup: `recipe-worker restore FILE`"
                database?.recordDamage(reason)
                handle(.failed(reason))
            }
        default: break
        }
    }

    private func doesNotAnswer(_ error: any Error) -> String {
        let reason = (error as? DatabaseError).map { $0.message ?? "\($0.resultCode)" } ?? "\(error)"
        return "the database \(location.path) does not answer: \(reason)"
    }

    private func handle(_ event: DatabaseHealth.Event) {
        let effects = health.withLock { $0.handle(event, at: .now) }
        for effect in effects {
            switch effect {
            case .reportProblem(let text):
                log.debug("\(text)")
                report(text)
            case .reportRecovery(let text):
                log.debug("\(text)")
                report(nil)
            }
        }
        // The event loop does not ask for the health per request: it finds the reader closed. The health is read only now: the
        // files, and the reader with them, may have been reopened since.
        if !health.withLock({ $0.isUsable }) { nonBlockingReader?.close() }
    }

    // MARK: Repair

    /// Compares the open files with those at the paths, and opens the right ones. Only one thread may call it at a time.
    /// - Returns: whether the database is usable.
    func checkAndRepair() -> Bool {
        if let database = opened.withLock({ $0 }) {
            if let change = database.change() {
                handle(.failed(change.reason))
                // The open file may be the last copy. It stays open until a main file is at the path again.
                if change.isMainFileGone { return false }
                guard closeOldFiles(database) else { return false }
            } else if database.hasWALShrunk() || !health.withLock({ $0.isUsable }) {
                guard resume(database) else { return false }
            } else {
                checkSchema()
                if health.withLock({ $0.isUsable }) { probeDisk(database) }
            }
        }
        if opened.withLock({ $0 == nil }) { reopen() }
        return health.withLock { $0.isUsable }
    }

    /// Finds out whether the disk takes writes, if a write has failed, the disk is nearly full, or the worker is new.
    private func probeDisk(_ database: OpenDatabase) {
        guard !health.withLock({ $0.isWritable }) || database.needsDiskProbe else { return }
        do {
            try database.probeDisk()
            database.recordDiskProbe()
            handle(.writeSucceeded)
        } catch let error as DatabaseError {
            switch error.resultCode {
            // Another process writes.
            case .SQLITE_BUSY, .SQLITE_LOCKED: break
            case .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_READONLY:
                database.recordDiskProbe()
                recordCause(of: error)
                handle(.writeFailed("\(RecipeDatabaseError(error, at: location))"))
            default: recordCause(of: error)
            }
        } catch {
            log.debug("the disk could not be probed", metadata: ["error": "\(error)"])
        }
    }

    /// Uses the open files again if they are in order: they are back at their paths, or were repaired.
    private func resume(_ database: OpenDatabase) -> Bool {
        if let damage = database.currentDamage() {
            handle(.failed(damage))
            return false
        }
        do {
            try database.tryWrite()
            if !health.withLock({ $0.isUsable }) {
                try nonBlockingReader?.open(location)
                handle(.opened)
            }
            return true
        } catch {
            if let change = error as? DatabaseFiles.Change ?? database.changeAfterError() {
                handle(.failed(change.reason))
                return change.isMainFileGone ? false : closeOldFiles(database)
            }
            handle(.failed(doesNotAnswer(error)))
            return false
        }
    }

    /// Closes files that are no longer at the database's paths, after moving their commits to the main file.
    /// - Returns: false to try again.
    private func closeOldFiles(_ database: OpenDatabase) -> Bool {
        let since = health.withLock { $0.accessProblem?.since } ?? .now
        switch database.recoverCommits() {
        case .complete: break
        case .busy where ContinuousClock.now - since < Self.recoveryTimeout: return false
        case .busy: logLostCommits("other connections still use the old files")
        case .impossible(let reason): logLostCommits(reason)
        }
        opened.withLock { $0 = nil }
        do {
            try database.close()
        } catch {
            log.warning("connections to old database files stay open", metadata: ["error": "\(error)"])
        }
        return true
    }

    private func logLostCommits(_ reason: String) {
        log.error(
            "commits may be lost: they were only in a write-ahead log that was moved or replaced: \(reason)",
            metadata: ["database": "\(location.path)"])
    }

    private func reopen() {
        do throws(RecipeDatabaseError) {
            let database = try OpenDatabase(
                location, mayCreate: false, readers: readers, busyTimeout: busyTimeout,
                requiredTables: Self.requiredTables, afterChange: true)
            do {
                try nonBlockingReader?.open(location)
            } catch {
                throw RecipeDatabaseError(error, at: location)
            }
            opened.withLock { $0 = database }
            handle(.opened)
        } catch {
            handle(.failed(error.description))
        }
    }

    // MARK: Closing

    func close() throws {
        nonBlockingReader?.close()
        guard let database = opened.withLock({ $0.take() }) else { return }
        if let change = database.changeAfterError() {
            if !change.isMainFileGone, case .impossible(let reason) = database.recoverCommits() {
                logLostCommits(reason)
            }
        } else {
            do {
                try database.checkpoint()
            } catch {
                log.warning(
                    "the checkpoint failed: the latest commits stay in the -wal file beside the database",
                    metadata: ["error": "\(error)"])
            }
        }
        try database.close()
    }
}
