import GRDB
import Glibc

/// A session of the prestart on a SQLite file. Use it on the connection's own queue, such as in `writeWithoutTransaction`.
struct SQLiteSession: DatabaseSession {
    private let db: Database
    private let location: DatabaseLocation

    init(_ db: Database, at location: DatabaseLocation) {
        self.db = db
        self.location = location
    }

    // MARK: Opening

    /// Opens a file that must exist, and changes nothing in it.
    static func reading<Result>(
        _ location: DatabaseLocation, _ body: (SQLiteSession) throws -> Result
    ) throws -> Result {
        try location.check(mayCreate: false)
        let paths = DatabaseFiles.Paths(location)
        let files = DatabaseFiles(at: paths)
        if let conflict = DatabaseLockHolders(files).conflict(files, at: paths) {
            throw RecipeDatabaseError("the database \(location.path) cannot be opened: \(conflict)")
        }
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        do {
            let database = try DatabaseQueue(path: location.path, configuration: configuration)
            let result = try database.read { try body(SQLiteSession($0, at: location)) }
            try database.close()
            return result
        } catch let error as DatabaseError {
            throw RecipeDatabaseError(error, at: location)
        }
    }

    /// Opens a file as the server does.
    static func writing<Result>(
        _ location: DatabaseLocation, mayCreate: Bool, _ body: (SQLiteSession) throws -> Result
    ) throws -> Result {
        let database = try open(location, mayCreate: mayCreate)
        let result = try database.pool.writeWithoutTransaction { try body(SQLiteSession($0, at: location)) }
        do {
            try database.close()
        } catch let error as DatabaseError {
            throw RecipeDatabaseError(error, at: location)
        }
        return result
    }

    /// SQLite waits for locks, but not for the one with which another process turns a new file to WAL mode.
    private static func open(_ location: DatabaseLocation, mayCreate: Bool) throws(RecipeDatabaseError)
        -> SQLiteStore
    {
        let start = ContinuousClock.now
        while true {
            do {
                return try SQLiteStore(preparing: location, mayCreate: mayCreate)
            } catch {
                guard error.isTransient, ContinuousClock.now - start < .seconds(30) else { throw error }
                usleep(20_000)
            }
        }
    }

    // MARK: Statements

    var name: String { "the database \(location.path)" }

    @discardableResult
    func execute(_ sql: String, _ arguments: [String?]) throws(RecipeDatabaseError) -> [[String?]] {
        do {
            let statement = try db.makeStatement(sql: sql)
            guard statement.columnCount > 0 else {
                try statement.execute(arguments: StatementArguments(arguments))
                return []
            }
            return try Row.fetchAll(statement, arguments: StatementArguments(arguments)).map { row in
                row.databaseValues.map(Self.text)
            }
        } catch let error as DatabaseError {
            throw RecipeDatabaseError(error, at: location)
        } catch {
            throw RecipeDatabaseError("\(name) cannot be used: \(error)")
        }
    }

    private static func text(_ value: DatabaseValue) -> String? {
        switch value.storage {
        case .null: nil
        case .int64(let number): "\(number)"
        case .double(let number): "\(number)"
        case .string(let text): text
        case .blob(let bytes): String(decoding: bytes, as: UTF8.self)
        }
    }

    func hasTable(_ name: String) throws(RecipeDatabaseError) -> Bool {
        try !execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1", [name]).isEmpty
    }

    /// The write lock serves as the migration lock: the transaction is IMMEDIATE.
    func transaction<Result>(
        _ body: () throws(RecipeDatabaseError) -> Result
    ) throws(RecipeDatabaseError) -> Result {
        try execute("BEGIN IMMEDIATE")
        do throws(RecipeDatabaseError) {
            let result = try body()
            try execute("COMMIT")
            return result
        } catch {
            // After some errors, such as a full disk, SQLite has rolled back already.
            if db.isInsideTransaction { _ = try? execute("ROLLBACK") }
            throw error
        }
    }

    func damage() throws(RecipeDatabaseError) -> [String] {
        let found = try execute("PRAGMA integrity_check(10)").compactMap { $0.first ?? nil }
        guard found != ["ok"] else { return try SearchIndexCheck(self).problems() }
        return found.map { line in
            // From version 3.44 on, SQLite looks into the index, too.
            line.contains(SearchIndex.table)
                ? "the search index is damaged: \(line); \(SearchIndex.repair)"
                : "damage: \(line); stop the server and restore a backup: `recipe-worker restore FILE`"
        }
    }

    func statements(of migration: Migration) -> Migration.Statements { migration.sqlite }
}
