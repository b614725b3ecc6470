import Brigade
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
        #expect(try rows("SELECT * FROM alembic_version", database.pool) == ["\"da9301b43279\""])
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
        #expect(try rows("SELECT * FROM alembic_version", database.pool) == ["\"da9301b43279\""])
    }

    /// The statements are those that the tutorial's application and its Alembic run.
    @Test func aDatabaseOfTheTutorialsApplicationIsUsedUnchanged() throws {
        let directory = TemporaryDirectory()
        let python = try DatabaseQueue(path: directory.database().path)
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

        let database = try directory.seededDatabase()
        #expect(try rows("SELECT type, name, tbl_name FROM sqlite_master", database.pool) == before)
        #expect(try rows("SELECT id, label FROM recipe", database.pool) == ["9 \"Own\""])
        let own = Recipe(label: .text("Own"), source: .text("Ann"), url: .null, id: 9, submitterID: .integer(5))
        #expect(try database.nonBlockingReader!.recipe(9) == EncodedJSON(own))
    }

    @Test func theTablesEqualTheTutorials() throws {
        let directory = TemporaryDirectory()
        let database = try directory.seededDatabase()
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
