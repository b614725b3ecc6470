import GRDB

/// The application's database: a SQLite file that several processes read and write.
///
/// It is in WAL mode, so that readers never wait for a writer. A commit is on the disk before it is acknowledged
/// (`synchronous=FULL`). Every function here blocks, but for what the loop's thread reads by the point reader.
final class RecipeDatabase: Sendable {
    let location: DatabaseLocation
    /// One connection that writes, and as many as needed that read.
    let pool: any DatabaseWriter
    let commits: SharedCommit
    let pointReader: PointReader?

    /// Opens the database for serving: it must be there, with its tables.
    convenience init(serving location: DatabaseLocation, readers: Int = 8) throws(UnusableDatabase) {
        try self.init(location, creating: false, readers: readers, waiting: .seconds(5)) { pool in
            try pool.read { db in
                for table in ["user", "recipe"] where try !db.tableExists(table) {
                    throw UnusableDatabase(
                        "the database \(location.path) has no table `\(table)`; run `recipe-worker prestart` to make it"
                    )
                }
            }
            return try PointReader(location)
        }
    }

    /// Opens the database for the prestart: the file is made when there is none.
    convenience init(preparing location: DatabaseLocation) throws(UnusableDatabase) {
        try self.init(location, creating: true, readers: 1, waiting: .seconds(30)) { _ in nil }
    }

    /// One in memory that has no tables: for who describes the API, and asks it nothing.
    static func empty() throws -> RecipeDatabase {
        RecipeDatabase(inMemory: try DatabaseQueue())
    }

    private init(inMemory queue: DatabaseQueue) {
        location = DatabaseLocation(path: ":memory:")
        pool = queue
        commits = SharedCommit(queue)
        pointReader = nil
    }

    private init(
        _ location: DatabaseLocation, creating: Bool, readers: Int, waiting: Duration,
        pointReader: (any DatabaseWriter) throws -> PointReader?
    ) throws(UnusableDatabase) {
        try location.check(creating: creating)
        self.location = location
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        configuration.maximumReaderCount = readers
        configuration.busyMode = .timeout(Double(waiting.components.seconds))
        do {
            pool = try DatabasePool(path: location.path, configuration: configuration)
            // The pool's own choice is NORMAL, which may lose the last commits in a power cut.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            commits = SharedCommit(pool)
            self.pointReader = try pointReader(pool)
        } catch let error as UnusableDatabase {
            throw error
        } catch let error as DatabaseError {
            throw UnusableDatabase(error, at: location)
        } catch {
            throw UnusableDatabase("the database \(location.path) cannot be used: \(error)")
        }
    }

    /// Why the database cannot be used; nil when it can. It waits for nobody: a database that is locked is there.
    func trouble() -> String? {
        do {
            return try pointReader?.trouble()
        } catch {
            let isBusy = error.resultCode == .SQLITE_BUSY || error.resultCode == .SQLITE_LOCKED
            return isBusy ? nil : "the database does not answer: \(error.message ?? "\(error.resultCode)")"
        }
    }

    /// The loop's pass is over: the next one reads what was committed meanwhile.
    func passEnded() {
        pointReader?.passEnded()
    }

    func close() throws {
        pointReader?.close()
        try pool.close()
    }
}
