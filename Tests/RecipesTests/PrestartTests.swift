import Brigade
import Foundation
import GRDB
import Glibc
import Synchronization
import Testing

@testable import Recipes

@Suite struct PrestartTests {
    @Test func theSeedEqualsTheTutorials() throws {
        let directory = TemporaryDirectory()
        let database = try directory.seededDatabase()
        #expect(
            try rows("SELECT * FROM user", database.pool) == ["1 NULL NULL \"admin@recipeapi.com\" 1"])
        #expect(
            try rows("SELECT id, label, source, submitter_id FROM recipe", database.pool) == [
                "1 \"Chicken Vesuvio\" \"Serious Eats\" 1", "2 \"Chicken Paprikash\" \"No Recipes\" 1",
                "3 \"Cauliflower and Tofu Curry Recipe\" \"Serious Eats\" 1",
            ])
        #expect(try rows("SELECT * FROM alembic_version", database.pool) == ["\"\(Migration.all.last!.revision)\""])
    }

    @Test func aSecondPrestartChangesNothing() throws {
        let directory = TemporaryDirectory()
        let database = try directory.seededDatabase()
        try database.pool.write { try $0.execute(sql: "DELETE FROM recipe WHERE id < 3") }
        try directory.prestart().run()
        #expect(try rows("SELECT id FROM recipe", database.pool) == ["3"])
        #expect(try rows("SELECT id FROM user", database.pool) == ["1"])
    }

    @Test func anotherSuperuserGetsTheirOwnRecipes() throws {
        let directory = TemporaryDirectory()
        let database = try directory.seededDatabase()
        var prestart = directory.prestart()
        prestart.settings.firstSuperuser = "second@recipeapi.com"
        try prestart.run()
        #expect(try rows("SELECT submitter_id FROM recipe", database.pool) == ["1", "1", "1", "2", "2", "2"])
    }

    @Test func concurrentPrestartsSeedOnce() async throws {
        let directory = TemporaryDirectory()
        try await withThrowingTaskGroup { group in
            for _ in 0..<6 {
                group.addTask { try directory.prestart().run() }
            }
            try await group.waitForAll()
        }
        let database = try SQLiteStore(serving: directory.database())
        #expect(try rows("SELECT id FROM recipe", database.pool) == ["1", "2", "3"])
        #expect(try rows("SELECT id FROM user", database.pool) == ["1"])
        #expect(try rows("SELECT * FROM alembic_version", database.pool) == ["\"\(Migration.all.last!.revision)\""])
    }

    /// The file is one that the reference application made in the tutorial's way (RECIPES_BEHAVIOUR=tutorial), with three
    /// recipes added by POST; the last one's submitter does not exist.
    @Test func aDatabaseOfTheTutorialsApplicationIsTakenOver() throws {
        let directory = TemporaryDirectory()
        let snapshot = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Snapshots/tutorial.db")
        try Data(contentsOf: snapshot).write(to: URL(filePath: directory.database().path))
        let python = try DatabaseQueue(path: directory.database().path)
        let content = ["SELECT * FROM user", "SELECT * FROM recipe"]
        let before = try content.map { try rows($0, python) }
        let objects = try rows("SELECT type, name, tbl_name FROM sqlite_master", python)
        #expect(before[1].count == 6)
        try python.close()

        let database = try directory.seededDatabase()
        #expect(try content.map { try rows($0, database.pool) } == before)
        #expect(Set(try rows("SELECT type, name, tbl_name FROM sqlite_master", database.pool)).isSuperset(of: objects))
        #expect(
            try rows("SELECT * FROM alembic_version", database.pool) == ["\"\(Migration.all.last!.revision)\""])
        let found = try database.nonBlockingReader!.recipe(5)
        let own = Recipe(
            label: .text("İzgara ΣΑΛΑΤΑ 🥗"), source: .text("Böb"), url: .text("https://example.com/izgara"), id: 5,
            submitterID: .integer(1))
        #expect(found == EncodedJSON(own))

        // Such a file can be backed up, and restored.
        let backup = directory.path + "/backup.db"
        try Backup(location: directory.database(), log: .silent).run(to: backup)
        try database.close()
        try Restore(location: directory.database(), log: .silent).run(from: backup)
        let problems = try SQLiteSession.reading(directory.database()) {
            try DatabaseCheck($0, log: .silent).problems()
        }
        #expect(
            problems == [
                "1 recipes have a submitter_id that no user has; add the users, or set these submitter_id to NULL"
            ])
    }

    @Test func theTablesEqualTheTutorials() throws {
        let directory = TemporaryDirectory()
        let database = try directory.seededDatabase()
        let own = "name NOT LIKE 'recipe!_search%' ESCAPE '!'"
        let tables = try rows("SELECT name FROM sqlite_master WHERE \(own) ORDER BY name", database.pool)
        #expect(
            tables == [
                "\"alembic_version\"", "\"ix_recipe_id\"", "\"ix_recipe_url\"", "\"ix_user_email\"", "\"ix_user_id\"",
                "\"recipe\"", "\"sqlite_autoindex_alembic_version_1\"", "\"user\"",
            ])
        #expect(
            try rows("SELECT name, type, \"notnull\", pk FROM pragma_table_info('recipe')", database.pool) == [
                "\"id\" \"INTEGER\" 1 1", "\"label\" \"VARCHAR(256)\" 1 0", "\"url\" \"VARCHAR(256)\" 0 0",
                "\"source\" \"VARCHAR(256)\" 0 0", "\"submitter_id\" \"INTEGER\" 0 0",
            ])
    }

    @Test func anUnknownRevisionIsRejected() throws {
        let directory = TemporaryDirectory()
        let database = try directory.seededDatabase()
        try database.pool.write { try $0.execute(sql: "UPDATE alembic_version SET version_num = 'cafe'") }
        let error = try #require(throws: RecipeDatabaseError.self) { try directory.prestart().run() }
        #expect(error.description.contains("revision cafe"))
    }

    @Test func tablesWithoutARevisionAreRejected() throws {
        let directory = TemporaryDirectory()
        let database = try directory.seededDatabase()
        try database.pool.write { try $0.execute(sql: "DROP TABLE alembic_version") }
        let error = try #require(throws: RecipeDatabaseError.self) { try directory.prestart().run() }
        #expect(error.description.contains("no alembic_version"))
    }

    @Test func permanentErrorsFailAtOnce() throws {
        let directory = TemporaryDirectory()
        let waits = Mutex(0)
        func failure(_ name: String) throws -> String {
            var prestart = directory.prestart(name)
            prestart.pause = { waits.withLock { $0 += 1 } }
            let error = try #require(throws: RecipeDatabaseError.self) { try prestart.run() }
            return error.description
        }
        #expect(try failure("missing/recipes.db").contains("create the directory"))
        mkdir("\(directory.path)/directory.db", 0o755)
        #expect(try failure("directory.db").contains("is not a file"))
        let file = fopen("\(directory.path)/text.db", "w")
        fputs("This is no database, but a text that is longer than the header of one, which has a hundred bytes.", file)
        fclose(file)
        #expect(try failure("text.db").contains("not a SQLite database"))
        #expect(waits.withLock { $0 } == 0)
    }

    @Test func aLockedDatabaseIsRetried() throws {
        let directory = TemporaryDirectory()
        var prestart = directory.prestart()
        prestart.attempts = 5
        let waits = Mutex(0)
        prestart.pause = { waits.withLock { $0 += 1 } }
        let locked = RecipeDatabaseError("locked", isTransient: true)
        #expect(throws: locked) { try prestart.retry { throw locked } }
        #expect(waits.withLock { $0 } == 4)

        try prestart.retry {
            if waits.withLock({ $0 }) < 6 { throw locked }
        }
        #expect(waits.withLock { $0 } == 6)
    }

    private func rows(_ sql: String, _ database: any DatabaseReader) throws -> [String] {
        try database.read { db in
            try Row.fetchAll(db, sql: sql).map { row in
                row.databaseValues.map(\.description).joined(separator: " ")
            }
        }
    }
}
