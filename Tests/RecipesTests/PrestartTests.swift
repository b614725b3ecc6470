import Brigade
import GRDB
import Glibc
import Synchronization
import Testing

@testable import Recipes

@Suite struct PrestartTests {
    @Test func theSeedIsThatOfTheTutorial() throws {
        let folder = TemporaryFolder()
        let database = try folder.seededDatabase()
        #expect(
            try rows("SELECT * FROM user", database.pool) == ["1 NULL NULL \"admin@recipeapi.com\" 1"])
        #expect(
            try rows("SELECT id, label, source, submitter_id FROM recipe", database.pool) == [
                "1 \"Chicken Vesuvio\" \"Serious Eats\" 1", "2 \"Chicken Paprikash\" \"No Recipes\" 1",
                "3 \"Cauliflower and Tofu Curry Recipe\" \"Serious Eats\" 1",
            ])
        #expect(try rows("SELECT * FROM alembic_version", database.pool) == ["\"da9301b43279\""])
    }

    @Test func aSecondPrestartChangesNothing() throws {
        let folder = TemporaryFolder()
        let database = try folder.seededDatabase()
        try database.pool.write { try $0.execute(sql: "DELETE FROM recipe WHERE id < 3") }
        try folder.prestart().run()
        #expect(try rows("SELECT id FROM recipe", database.pool) == ["3"])
        #expect(try rows("SELECT id FROM user", database.pool) == ["1"])
    }

    @Test func anotherSuperuserGetsRecipesOfTheirOwn() throws {
        let folder = TemporaryFolder()
        let database = try folder.seededDatabase()
        var prestart = folder.prestart()
        prestart.settings.firstSuperuser = "second@recipeapi.com"
        try prestart.run()
        #expect(try rows("SELECT submitter_id FROM recipe", database.pool) == ["1", "1", "1", "2", "2", "2"])
    }

    @Test func prestartsAtTheSameTimeSeedOnce() async throws {
        let folder = TemporaryFolder()
        try await withThrowingTaskGroup { group in
            for _ in 0..<6 {
                group.addTask { try folder.prestart().run() }
            }
            try await group.waitForAll()
        }
        let database = try RecipeDatabase(serving: folder.database())
        #expect(try rows("SELECT id FROM recipe", database.pool) == ["1", "2", "3"])
        #expect(try rows("SELECT id FROM user", database.pool) == ["1"])
        #expect(try rows("SELECT * FROM alembic_version", database.pool) == ["\"da9301b43279\""])
    }

    /// The statements are those that the tutorial's application and its Alembic run.
    @Test func aFileOfTheTutorialsApplicationIsTakenOver() throws {
        let folder = TemporaryFolder()
        let python = try DatabaseQueue(path: folder.database().path)
        try python.write { db in
            try db.execute(
                sql: """
                    CREATE TABLE alembic_version (
                        version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
                    CREATE TABLE user (id INTEGER NOT NULL, first_name VARCHAR(256), surname VARCHAR(256),
                        email VARCHAR NOT NULL, is_superuser BOOLEAN, PRIMARY KEY (id));
                    CREATE INDEX ix_user_email ON user (email);
                    CREATE INDEX ix_user_id ON user (id);
                    CREATE TABLE recipe (id INTEGER NOT NULL, label VARCHAR(256) NOT NULL, url VARCHAR(256),
                        source VARCHAR(256), submitter_id INTEGER, PRIMARY KEY (id),
                        FOREIGN KEY(submitter_id) REFERENCES user (id));
                    CREATE INDEX ix_recipe_id ON recipe (id);
                    CREATE INDEX ix_recipe_url ON recipe (url);
                    INSERT INTO alembic_version VALUES ('da9301b43279');
                    INSERT INTO user VALUES (5, 'Ann', NULL, 'admin@recipeapi.com', 1);
                    INSERT INTO recipe VALUES (9, 'Own', NULL, 'Ann', 5);
                    """)
        }
        let before = try rows("SELECT type, name, tbl_name FROM sqlite_master", python)
        try python.close()

        let database = try folder.seededDatabase()
        #expect(try rows("SELECT type, name, tbl_name FROM sqlite_master", database.pool) == before)
        #expect(try rows("SELECT id, label FROM recipe", database.pool) == ["9 \"Own\""])
        let own = Recipe(label: .text("Own"), source: .text("Ann"), url: .null, id: 9, submitterID: .integer(5))
        #expect(try database.pointReader!.recipe(9) == EncodedJSON(own))
    }

    @Test func ourTablesAreThoseOfTheTutorial() throws {
        let folder = TemporaryFolder()
        let database = try folder.seededDatabase()
        let tables = try rows("SELECT name FROM sqlite_master ORDER BY name", database.pool)
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

    @Test func anotherRevisionIsRefused() throws {
        let folder = TemporaryFolder()
        let database = try folder.seededDatabase()
        try database.pool.write { try $0.execute(sql: "UPDATE alembic_version SET version_num = 'cafe'") }
        let error = try #require(throws: UnusableDatabase.self) { try folder.prestart().run() }
        #expect(error.description.contains("revision cafe"))
    }

    @Test func tablesWithoutARevisionAreRefused() throws {
        let folder = TemporaryFolder()
        let database = try folder.seededDatabase()
        try database.pool.write { try $0.execute(sql: "DROP TABLE alembic_version") }
        let error = try #require(throws: UnusableDatabase.self) { try folder.prestart().run() }
        #expect(error.description.contains("no alembic_version"))
    }

    @Test func migrationsGoUpAndDown() throws {
        let folder = TemporaryFolder()
        let database = try RecipeDatabase(preparing: folder.database())
        let second = Migration(
            revision: "second", up: ["CREATE TABLE tag (id INTEGER PRIMARY KEY)"], down: ["DROP TABLE tag"])
        let migrator = Migrator([.initial, second], location: folder.database(), log: .silent)
        let tables = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"

        try migrator.upgrade(database.pool)
        #expect(try rows("SELECT * FROM alembic_version", database.pool) == ["\"second\""])
        #expect(
            try rows(tables, database.pool) == ["\"alembic_version\"", "\"recipe\"", "\"tag\"", "\"user\""])

        try migrator.downgrade(database.pool, to: Migration.initial.revision)
        #expect(try rows("SELECT * FROM alembic_version", database.pool) == ["\"da9301b43279\""])
        #expect(try rows(tables, database.pool) == ["\"alembic_version\"", "\"recipe\"", "\"user\""])

        try migrator.downgrade(database.pool, to: nil)
        #expect(try rows("SELECT * FROM alembic_version", database.pool) == [])
        #expect(try rows(tables, database.pool) == ["\"alembic_version\""])

        try migrator.upgrade(database.pool)
        #expect(try rows("SELECT * FROM alembic_version", database.pool) == ["\"second\""])
    }

    @Test func aMigrationThatFailsLeavesNothingOfItself() throws {
        let folder = TemporaryFolder()
        let database = try RecipeDatabase(preparing: folder.database())
        let broken = Migration(revision: "broken", up: ["CREATE TABLE tag (id INTEGER)", "NONSENSE"], down: [])
        let migrator = Migrator([.initial, broken], location: folder.database(), log: .silent)
        #expect(throws: DatabaseError.self) { try migrator.upgrade(database.pool) }
        #expect(try rows("SELECT * FROM alembic_version", database.pool) == ["\"da9301b43279\""])
        #expect(try rows("SELECT name FROM sqlite_master WHERE name = 'tag'", database.pool) == [])
    }

    @Test func whatWaitingCannotMendFailsAtOnce() throws {
        let folder = TemporaryFolder()
        let waits = Mutex(0)
        func failure(_ name: String) throws -> String {
            var prestart = folder.prestart(name)
            prestart.pause = { waits.withLock { $0 += 1 } }
            let error = try #require(throws: UnusableDatabase.self) { try prestart.run() }
            return error.description
        }
        #expect(try failure("missing/recipes.db").contains("make the folder"))
        mkdir("\(folder.path)/folder.db", 0o755)
        #expect(try failure("folder.db").contains("is no file"))
        let file = fopen("\(folder.path)/text.db", "w")
        fputs("This is no database, but a text that is longer than the header of one, which has a hundred bytes.", file)
        fclose(file)
        #expect(try failure("text.db").contains("no SQLite database"))
        #expect(waits.withLock { $0 } == 0)
    }

    @Test func aLockedDatabaseIsWaitedFor() throws {
        let folder = TemporaryFolder()
        var prestart = folder.prestart()
        prestart.tries = 5
        let waits = Mutex(0)
        prestart.pause = { waits.withLock { $0 += 1 } }
        let locked = UnusableDatabase("locked", mayPass: true)
        #expect(throws: locked) { _ = try prestart.wait { () throws(UnusableDatabase) in throw locked } }
        #expect(waits.withLock { $0 } == 4)

        let database = try prestart.wait { () throws(UnusableDatabase) in
            if waits.withLock({ $0 }) < 6 { throw locked }
            return try RecipeDatabase(preparing: folder.database())
        }
        try database.close()
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
