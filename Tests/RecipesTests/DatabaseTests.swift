import Brigade
import GRDB
import Glibc
import Synchronization
import Testing

@testable import Recipes

@Suite struct DatabaseTests {
    @Test func aCreatedRecipeIsReadBack() async throws {
        let directory = TemporaryDirectory()
        let database = try directory.seededDatabase()
        let created = try #require(
            try await database.create(label: "L\0l 🍮", source: "", url: "https://e.com/", submitterID: 1))
        #expect(created.id == 4)
        #expect(created.label == .text("L\0l 🍮"))
        #expect(created.source == .text(""))
        #expect(try database.nonBlockingReader!.recipe(4) == EncodedJSON(created))
        #expect(try await database.recipe(4) == EncodedJSON(created))
        #expect(try await database.recipes(labelled: "\0L", limit: 10) == [created])
    }

    @Test func anUnknownSubmitterIsRejected() async throws {
        let directory = TemporaryDirectory()
        let database = try directory.seededDatabase()
        #expect(try await database.create(label: "x", source: "x", url: "x", submitterID: 2) == nil)
        #expect(try await database.create(label: "x", source: "x", url: "x", submitterID: .min) == nil)
        #expect(try await database.recipe(4) == nil)
    }

    @Test func aLargeRecipeIsNotReadOnTheEventLoop() async throws {
        let directory = TemporaryDirectory()
        let database = try directory.seededDatabase()
        let label = String(repeating: "a", count: 100_000)
        let created = try #require(try await database.create(label: label, source: "", url: "", submitterID: 1))
        // The thread that reads first counts as the event loop's.
        #expect(try database.recipeInPass(1) != nil)
        #expect(throws: WouldBlock.self) { try database.recipeInPass(created.id) }
        #expect(try database.recipeInPass(2) != nil)
        #expect(try await database.recipe(created.id) == EncodedJSON(created))
    }

    @Test func aNewIDIsOneMoreThanTheHighest() async throws {
        let directory = TemporaryDirectory()
        let database = try directory.seededDatabase()
        try await database.pool.write { try $0.execute(sql: "INSERT INTO recipe (id, label) VALUES (70, 'x')") }
        #expect(try await database.create(label: "a", source: "", url: "", submitterID: 1)?.id == 71)
        try await database.pool.write { try $0.execute(sql: "DELETE FROM recipe WHERE id >= 70") }
        #expect(try await database.create(label: "b", source: "", url: "", submitterID: 1)?.id == 4)
    }

    @Test func anyTypeInAnyColumnIsReadAsStored() async throws {
        let directory = TemporaryDirectory()
        let database = try directory.seededDatabase()
        try await database.pool.write { db in
            try db.execute(sql: "INSERT INTO user (id, email) VALUES (-7, 'x')")
            try db.execute(sql: "INSERT INTO recipe VALUES (10, 5, NULL, 1.5, NULL)")
            try db.execute(sql: "INSERT INTO recipe VALUES (-9223372036854775808, x'41ff', '', x'', -7)")
        }
        let first = Recipe(label: .text("5"), source: .text("1.5"), url: .null, id: 10, submitterID: .null)
        let second = Recipe(
            label: .text("A\u{FFFD}"), source: .text(""), url: .text(""), id: .min, submitterID: .integer(-7))
        #expect(try database.nonBlockingReader!.recipe(10) == EncodedJSON(first))
        #expect(try database.nonBlockingReader!.recipe(.min) == EncodedJSON(second))
        #expect(try await database.recipes(limit: 1) == [second])
    }

    @Test func aDatabaseInUTF16IsReadCorrectly() async throws {
        let directory = TemporaryDirectory()
        try await DatabaseQueue(path: directory.database().path).writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA encoding = 'UTF-16le'; CREATE TABLE other (id INTEGER)")
        }
        let database = try directory.seededDatabase()
        let created = try #require(
            try await database.create(label: "Crème 🍮 \"brûlée\"", source: "", url: "https://e.com/", submitterID: 1))
        #expect(try database.nonBlockingReader!.recipe(4) == EncodedJSON(created))
        #expect(try await database.recipes(labelled: "BRÛLÉE", limit: nil) == [created])
    }

    @Test func aCommitIsOnTheDiskBeforeItIsAcknowledged() throws {
        let directory = TemporaryDirectory()
        let database = try directory.seededDatabase()
        let (synchronous, journalMode, foreignKeys) = try database.pool.writeWithoutTransaction { db in
            (
                try Int.fetchOne(db, sql: "PRAGMA synchronous"), try String.fetchOne(db, sql: "PRAGMA journal_mode"),
                try Bool.fetchOne(db, sql: "PRAGMA foreign_keys")
            )
        }
        #expect(synchronous == 2)
        #expect(journalMode == "wal")
        #expect(foreignKeys == true)
    }

    @Test func aNonBlockingReadDoesNotWaitForAWriter() throws {
        let directory = TemporaryDirectory()
        let database = try directory.seededDatabase()
        let stored = try database.nonBlockingReader!.recipe(1)
        try database.pool.writeWithoutTransaction { db in
            try db.inTransaction(.immediate) {
                try db.execute(sql: "UPDATE recipe SET label = 'changed'")
                #expect(try database.nonBlockingReader!.recipe(1) == stored)
                return .rollback
            }
        }
        #expect(try database.nonBlockingReader!.recipe(1) == stored)
    }

    @Test(arguments: [
        ("ALTER TABLE recipe RENAME TO gone", "ALTER TABLE gone RENAME TO recipe"),
        ("ALTER TABLE recipe RENAME COLUMN source TO gone", "ALTER TABLE recipe RENAME COLUMN gone TO source"),
        ("ALTER TABLE user RENAME COLUMN email TO gone", "ALTER TABLE user RENAME COLUMN gone TO email"),
    ])
    func aMissingTableOrColumnIsReportedUntilItIsBack(change: String, back: String) async throws {
        let directory = TemporaryDirectory()
        try directory.prestart().run()
        let reports = Mutex<[String?]>([])
        let database = try SQLiteStore(
            serving: directory.database(), report: { report in reports.withLock { $0.append(report) } })
        #expect(database.checkAndRepair())
        #expect(database.healthProblem() == nil)
        let pool = try database.pool
        try await pool.write { try $0.execute(sql: change) }
        #expect(database.checkAndRepair())
        let problem = try #require(database.healthProblem())
        #expect(problem.contains("does not answer: no such "))
        #expect(database.checkAndRepair())
        #expect(database.healthProblem() == problem)
        try await pool.write { try $0.execute(sql: back) }
        // Without checkAndRepair().
        #expect(database.healthProblem() == nil)
        #expect(try await database.recipe(1) != nil)
        let reported = reports.withLock { $0 }
        #expect(reported.count == 2)
        #expect(reported.first??.hasPrefix(problem) == true)
        #expect(reported.last == .some(nil))
    }

    @Test func readinessReportsAMissingTable() async throws {
        let directory = TemporaryDirectory()
        let database = try directory.seededDatabase()
        try await database.pool.write { try $0.execute(sql: "ALTER TABLE recipe RENAME TO gone") }
        await #expect(throws: DatabaseError.self) { try await database.recipe(1) }
        #expect(database.healthProblem()?.contains("no such table: ") == true)
    }

    /// Also if several workers close it, and the last connection to close only reads.
    @Test func closingMovesAllCommitsToTheMainFile() async throws {
        let directory = TemporaryDirectory()
        func removeLog() {
            for file in ["-wal", "-shm"] { unlink(directory.database().path + file) }
        }
        try directory.prestart().run()
        removeLog()
        let database = try SQLiteStore(serving: directory.database())
        let other = try SQLiteStore(serving: directory.database())
        #expect(try await database.create(label: "own", source: "", url: "", submitterID: 1)?.id == 4)
        #expect(try await other.create(label: "other", source: "", url: "", submitterID: 1)?.id == 5)
        try other.close()
        try database.close()
        removeLog()
        #expect(try await SQLiteStore(serving: directory.database()).recipes(limit: nil).count == 5)
    }

    @Test func aDamagedFileIsReportedUntilItIsRepaired() async throws {
        let directory = TemporaryDirectory()
        try directory.prestart().run()
        let location = directory.database()
        let root = try await DatabaseQueue(path: location.path).read {
            try Int.fetchOne($0, sql: "SELECT rootpage FROM sqlite_master WHERE name = 'recipe'")!
        }
        for file in ["-wal", "-shm"] { unlink(location.path + file) }
        // Closing it while the database is open would release the database's locks (fcntl(2)).
        let file = open(location.path, O_RDWR | O_CLOEXEC)
        try #require(file >= 0)
        defer { close(file) }
        var page = [UInt8](repeating: 0, count: 4096)
        #expect(pread(file, &page, page.count, (root - 1) * page.count) == page.count)
        let damaged = [UInt8](repeating: 0xff, count: page.count)
        #expect(pwrite(file, damaged, page.count, (root - 1) * page.count) == page.count)
        let database = try SQLiteStore(serving: location)
        await #expect(throws: HTTPError.self) { try await database.recipes(limit: nil) }
        let problem = try #require(database.healthProblem())
        #expect(problem.contains("\(location.path) is damaged"))
        #expect(problem.contains("recipe-worker restore"))
        #expect(!database.checkAndRepair())
        #expect(!database.checkAndRepair())
        #expect(database.healthProblem() == problem)
        #expect(pwrite(file, page, page.count, (root - 1) * page.count) == page.count)
        while !database.checkAndRepair() { usleep(100_000) }
        #expect(database.healthProblem() == nil)
        #expect(try await database.recipes(limit: nil).count == 3)
        try database.close()
    }

    @Test func servingRequiresAnExistingDatabaseWithTables() throws {
        let directory = TemporaryDirectory()
        let missing = try #require(throws: RecipeDatabaseError.self) {
            try SQLiteStore(serving: directory.database())
        }
        #expect(missing.description.contains("run `recipe-worker prestart`"))
        #expect(access(directory.database().path, F_OK) != 0, "opening has created it")

        try SQLiteStore(preparing: directory.database(), mayCreate: true).close()
        let empty = try #require(throws: RecipeDatabaseError.self) { try SQLiteStore(serving: directory.database()) }
        #expect(empty.description.contains("no table `user`"))
    }
}
