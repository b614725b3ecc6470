import Brigade
import GRDB
import Synchronization

/// The application's database: a SQLite file that several processes read and write.
///
/// It is in WAL mode, so that readers never wait for a writer. A commit is on the disk before it is acknowledged
/// (`synchronous=FULL`). Every function here blocks, but for what the loop's thread reads by the point reader.
///
/// The files that it has open must be those that have the database's names: that is compared before each commit, in
/// readiness, and by `look()`. While they are not, nothing is read or written, and `look()` opens the right ones.
final class RecipeDatabase: Sendable {
    let location: DatabaseLocation
    let pointReader: PointReader?
    private let opened: Mutex<OpenDatabase?>
    private let condition = Mutex(DatabaseCondition())
    /// Why the tables cannot be read, though the files are in order. Requests are not kept from trying: what is mended is
    /// seen by the next one.
    private let tableProblem = Mutex<String?>(nil)
    private let readers: Int
    private let report: @Sendable (String?) -> Void
    private let log: Logger

    /// Opens the database for serving: it must be there, with its tables.
    /// - Parameter report: is told what is wrong when trouble begins, and nil when it ends.
    init(
        serving location: DatabaseLocation, readers: Int = 8, report: @escaping @Sendable (String?) -> Void = { _ in },
        log: Logger = Logger(label: "database")
    ) throws(UnusableDatabase) {
        self.location = location
        self.report = report
        self.readers = readers
        self.log = log
        let database = try UnusableDatabase.awaitingOthers { () throws(UnusableDatabase) in
            try Self.open(location, readers: readers)
        }
        opened = Mutex(database)
        do {
            pointReader = try PointReader(location)
        } catch {
            throw UnusableDatabase(error, at: location)
        }
    }

    /// Opens the database for the prestart: the file is made when there is none.
    init(preparing location: DatabaseLocation) throws(UnusableDatabase) {
        self.location = location
        readers = 1
        report = { _ in }
        log = Logger(label: "database")
        pointReader = nil
        let database = try UnusableDatabase.awaitingOthers { () throws(UnusableDatabase) in
            try OpenDatabase(location, creating: true, readers: 1, waiting: .seconds(30), tables: [])
        }
        opened = Mutex(database)
    }

    /// One in memory that has no tables: for who describes the API, and asks it nothing.
    static func empty() throws -> RecipeDatabase {
        RecipeDatabase(inMemory: try DatabaseQueue())
    }

    private init(inMemory queue: DatabaseQueue) {
        location = DatabaseLocation(path: ":memory:")
        readers = 1
        report = { _ in }
        log = Logger(label: "database")
        pointReader = nil
        opened = Mutex(OpenDatabase(inMemory: queue))
    }

    private static func open(
        _ location: DatabaseLocation, readers: Int, afterChange: Bool = false
    ) throws(UnusableDatabase) -> OpenDatabase {
        try OpenDatabase(
            location, creating: false, readers: readers, waiting: .seconds(5), tables: ["user", "recipe"],
            afterChange: afterChange)
    }

    /// One connection that writes, and as many as needed that read.
    /// - Throws: `HTTPError` 503 while the database cannot be used.
    var pool: any DatabaseWriter { get throws { try usable().pool } }

    /// - Throws: `HTTPError` 503 while the database cannot be used.
    var commits: SharedCommit { get throws { try usable().commits } }

    private func usable() throws -> OpenDatabase {
        guard let database = opened.withLock({ $0 }), condition.withLock({ $0.isUsable }) else {
            throw HTTPError.databaseUnavailable
        }
        return database
    }

    // MARK: Use

    /// - Throws: `HTTPError` 503 while the database cannot be used.
    func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        do {
            return try pool.read(body)
        } catch let change as DatabaseFiles.Change {
            handle(.lost(change.reason))
            throw HTTPError.databaseUnavailable
        } catch let error as DatabaseError {
            throw readFailed(error)
        }
    }

    /// What a client is told of a read that failed.
    func readFailed(_ error: DatabaseError) -> any Error {
        findChange(behind: error)
        return condition.withLock { $0.isUsable } ? error : HTTPError.databaseUnavailable
    }

    private func findChange(behind error: DatabaseError) {
        switch error.resultCode {
        case .SQLITE_IOERR, .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_CANTOPEN, .SQLITE_READONLY:
            let database = opened.withLock { $0 }
            if let change = database?.changeBehindError() {
                handle(.lost(change.reason))
            } else if error.isDamage {
                let reason = damageReason(error)
                database?.isDamaged(reason)
                handle(.lost(reason))
            }
        default: break
        }
    }

    private func damageReason(_ error: DatabaseError) -> String {
        "the database \(location.path) is damaged (\(error.message ?? "\(error.resultCode)")); stop the server and put a "
            + "backup in its place: `recipe-worker restore FILE`"
    }

    /// Blocks until the write is on the disk.
    /// - Throws: `HTTPError` 503 when it could not be stored now; nothing of it is.
    func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) throws -> Value {
        do {
            return try commits.write(body)
        } catch let change as DatabaseFiles.Change {
            handle(.lost(change.reason))
            throw HTTPError.databaseUnavailable
        } catch let error as DatabaseError {
            switch error.resultCode {
            case .SQLITE_BUSY, .SQLITE_LOCKED: throw HTTPError.databaseBusy
            case .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_READONLY, .SQLITE_CANTOPEN:
                findChange(behind: error)
                handle(.writeFailed("\(UnusableDatabase(error, at: location))"))
                throw HTTPError.databaseUnavailable
            default: throw readFailed(error)
            }
        }
    }

    /// From now on the reads of one pass of the server's loop share a transaction, and the next pass reads what was
    /// committed meanwhile.
    func open(_ host: any ApplicationHost) {
        pointReader?.open(host)
    }

    // MARK: Condition

    /// Why the database cannot be used; nil when it can. It waits for nobody: a database that is locked is there.
    func trouble() -> String? {
        if let change = opened.withLock({ $0 })?.change() { handle(.lost(change.reason)) }
        if let trouble = condition.withLock({ $0.trouble }) { return trouble.reason }
        checkTables()
        return condition.withLock { $0.trouble?.reason } ?? tableProblem.withLock { $0 }
    }

    /// Whether the tables can be read.
    private func checkTables() {
        do {
            try pointReader?.check()
            tellOfTables(nil)
        } catch {
            switch error.resultCode {
            case .SQLITE_BUSY, .SQLITE_LOCKED: break
            // It was closed meanwhile, for a reason that is known.
            case .SQLITE_MISUSE: break
            default:
                findChange(behind: error)
                if condition.withLock({ $0.isUsable }) { tellOfTables(unanswering(error)) }
            }
        }
    }

    private func tellOfTables(_ problem: String?) {
        let isNews = tableProblem.withLock { known in
            defer { known = problem }
            return known != problem
        }
        if isNews { report(problem) }
    }

    private func unanswering(_ error: any Error) -> String {
        let reason = (error as? DatabaseError).map { $0.message ?? "\($0.resultCode)" } ?? "\(error)"
        return "the database \(location.path) does not answer: \(reason)"
    }

    private func handle(_ event: DatabaseCondition.Event) {
        let effects = condition.withLock { $0.handle(event, at: .now) }
        for effect in effects {
            switch effect {
            case .reportTrouble(let text):
                log.debug("\(text)")
                report(text)
            case .reportEnd(let text):
                log.debug("\(text)")
                report(nil)
            }
        }
        // On the loop's thread a read finds the connection closed; nothing is asked there for each request.
        if condition.withLock({ !$0.isUsable }) { pointReader?.close() }
    }

    /// Compares the open files with those that have their names, and mends what can be mended. For one thread at a time.
    /// - Returns: whether all is well.
    func look() -> Bool {
        if let database = opened.withLock({ $0 }) {
            if let change = database.change() {
                handle(.lost(change.reason))
                // What is open may be the last copy: it stays open until there is another file, or the old one is back.
                if change.isGone { return false }
                guard retire(database) else { return false }
            } else if database.hasShorterLog || !condition.withLock({ $0.isUsable }) {
                guard resumes(database) else { return false }
            } else {
                checkTables()
                if condition.withLock({ $0.isUsable }) { probe(database) }
            }
        }
        if opened.withLock({ $0 == nil }) { reopen() }
        return condition.withLock { $0.isUsable }
    }

    /// Whether the disk takes writes. What is known of it is not known to a worker that has just begun.
    private func probe(_ database: OpenDatabase) {
        guard !condition.withLock({ $0.isWritable }) || database.needsProbe else { return }
        do {
            try database.probe()
            database.wasProbed()
            handle(.written)
        } catch let error as DatabaseError {
            switch error.resultCode {
            // Others write.
            case .SQLITE_BUSY, .SQLITE_LOCKED: break
            case .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_READONLY:
                database.wasProbed()
                findChange(behind: error)
                handle(.writeFailed("\(UnusableDatabase(error, at: location))"))
            default: findChange(behind: error)
            }
        } catch {
            log.debug("the disk could not be asked for a write", metadata: ["error": "\(error)"])
        }
    }

    /// The files have their names again, a log was cut short that still has its name, or what is stored could not be read.
    private func resumes(_ database: OpenDatabase) -> Bool {
        if let damage = database.unmendedDamage() {
            handle(.lost(damage))
            return false
        }
        do {
            try database.commits.write { _ in }
            if !condition.withLock({ $0.isUsable }) {
                try pointReader?.open(location)
                handle(.opened)
            }
            return true
        } catch {
            if let change = error as? DatabaseFiles.Change ?? database.changeBehindError() {
                handle(.lost(change.reason))
                return change.isGone ? false : retire(database)
            }
            handle(.lost(unanswering(error)))
            return false
        }
    }

    /// How long it is tried to move what the old log holds to the main file.
    private static let patience = Duration.seconds(5)

    /// Closes connections to files that are the database's no more.
    /// - Returns: whether they are closed.
    private func retire(_ database: OpenDatabase) -> Bool {
        let since = condition.withLock { $0.trouble?.since } ?? .now
        switch database.rescue() {
        case .complete: break
        case .busy where ContinuousClock.now - since < Self.patience: return false
        case .busy: lost("other connections to the old files did not let go")
        case .lost(let reason): lost(reason)
        }
        opened.withLock { $0 = nil }
        do {
            try database.pool.close()
        } catch {
            log.warning("connections to old files of the database stay open", metadata: ["error": "\(error)"])
        }
        return true
    }

    private func lost(_ reason: String) {
        log.error(
            "commits that were only in a log that has lost its name may be lost: \(reason)",
            metadata: ["database": "\(location.path)"])
    }

    private func reopen() {
        do throws(UnusableDatabase) {
            let database = try Self.open(location, readers: readers, afterChange: true)
            do {
                try pointReader?.open(location)
            } catch {
                throw UnusableDatabase(error, at: location)
            }
            opened.withLock { $0 = database }
            handle(.opened)
        } catch {
            handle(.lost(error.description))
        }
    }

    func close() throws {
        pointReader?.close()
        guard let database = opened.withLock({ $0.take() }) else { return }
        if let change = database.changeBehindError() {
            if !change.isGone, case .lost(let reason) = database.rescue() { lost(reason) }
        } else {
            do {
                try database.checkpoint()
            } catch {
                log.warning(
                    "what was stored stays in the log beside the database", metadata: ["error": "\(error)"])
            }
        }
        try database.pool.close()
    }
}

extension DatabaseError {
    fileprivate var isDamage: Bool { resultCode == .SQLITE_CORRUPT || resultCode == .SQLITE_NOTADB }
}

extension HTTPError {
    /// Nothing is stored, and the client may ask again.
    fileprivate static let databaseBusy = HTTPError(
        .serviceUnavailable, "The database is busy", fields: [Field("retry-after", "1")])
    fileprivate static let databaseUnavailable = HTTPError(
        .serviceUnavailable, "The database cannot be used now", fields: [Field("retry-after", "1")])
}
