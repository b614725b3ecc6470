import GRDB

/// A session of the prestart on a SQLite file. Use it on the connection's own queue, such as in `writeWithoutTransaction`.
struct SQLiteSession: DatabaseSession {
    private let db: Database
    private let location: DatabaseLocation

    init(_ db: Database, at location: DatabaseLocation) {
        self.db = db
        self.location = location
    }

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

    func statements(of migration: Migration) -> Migration.Statements { migration.sqlite }
}
