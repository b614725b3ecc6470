import GRDB
import Testing

@testable import Recipes

@Suite struct MigratorTests {
    private let directory = TemporaryDirectory()

    private static let second = Migration(
        revision: "second", summary: "table tag",
        sqlite: Migration.Statements(up: ["CREATE TABLE tag (id INTEGER PRIMARY KEY)"], down: ["DROP TABLE tag"]),
        postgres: Migration.Statements(up: [], down: []),
        losses: [Migration.Loss(things: "tags", count: "SELECT count(*) FROM tag")])

    private func withMigrator<Result>(
        _ migrations: [Migration] = [.initial, second], _ body: (Migrator, Database) throws -> Result
    ) throws -> Result {
        let database = try SQLiteStore(preparing: directory.database(), mayCreate: true)
        return try database.pool.writeWithoutTransaction { db in
            let session = SQLiteSession(db, at: directory.database())
            return try body(Migrator(session, migrations: migrations, log: .silent), db)
        }
    }

    private func tables(_ db: Database) throws -> [String] {
        try String.fetchAll(db, sql: "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    }

    private func revisions(_ db: Database) throws -> [String] {
        try String.fetchAll(db, sql: "SELECT version_num FROM alembic_version")
    }

    @Test func migrationsAreAppliedAndReverted() throws {
        try withMigrator { migrator, db in
            #expect(try migrator.status().map(\.isApplied) == [false, false])
            try migrator.up()
            #expect(try revisions(db) == ["second"])
            #expect(try tables(db) == ["alembic_version", "recipe", "tag", "user"])
            #expect(try migrator.status().map(\.isApplied) == [true, true])

            try migrator.down(mayLoseRows: false)
            #expect(try revisions(db) == ["da9301b43279"])
            #expect(try tables(db) == ["alembic_version", "recipe", "user"])
            #expect(try migrator.status().map(\.isApplied) == [true, false])

            try migrator.down(mayLoseRows: false)
            #expect(try revisions(db) == [])
            #expect(try tables(db) == ["alembic_version"])
            try migrator.down(mayLoseRows: false)

            try migrator.up(to: "da9301b43279")
            #expect(try revisions(db) == ["da9301b43279"])
            try migrator.up()
            #expect(try revisions(db) == ["second"])
            try migrator.up(to: "da9301b43279")
            #expect(try revisions(db) == ["second"])
            try migrator.down(.to("second"), mayLoseRows: false)
            #expect(try revisions(db) == ["second"])
            try migrator.down(.toNothing, mayLoseRows: false)
            #expect(try tables(db) == ["alembic_version"])
        }
    }

    @Test func rowsAreNotLostWithoutBeingAskedFor() throws {
        try withMigrator { migrator, db in
            try migrator.up()
            try db.execute(sql: "INSERT INTO tag VALUES (1)")
            try db.execute(sql: "INSERT INTO user (email) VALUES ('a@b.example'), ('c@d.example')")
            let one = try #require(throws: RecipeDatabaseError.self) { try migrator.down(mayLoseRows: false) }
            #expect(one.description.hasPrefix("reverting second would delete 1 tags from the database "))
            #expect(one.description.hasSuffix("make a backup, then add --force"))
            // The first step alone would lose nothing.
            try db.execute(sql: "DELETE FROM tag")
            let all = try #require(throws: RecipeDatabaseError.self) {
                try migrator.down(.toNothing, mayLoseRows: false)
            }
            #expect(all.description.hasPrefix("reverting da9301b43279 would delete 2 users from"))
            #expect(try revisions(db) == ["second"])
            try migrator.down(.toNothing, mayLoseRows: true)
            #expect(try tables(db) == ["alembic_version"])
        }
    }

    @Test func anUnknownRevisionIsRejectedAndChangesNothing() throws {
        try withMigrator { migrator, db in
            try migrator.up()
            try db.execute(sql: "UPDATE alembic_version SET version_num = 'cafe'")
            for command in [
                { _ = try migrator.status() }, { try migrator.up() }, { try migrator.down(mayLoseRows: true) },
                { try migrator.down(.toNothing, mayLoseRows: true) },
            ] {
                let error = try #require(throws: RecipeDatabaseError.self) { try command() }
                #expect(
                    error.description.contains("has revision cafe, which this version does not know; use the version"))
            }
            #expect(try tables(db) == ["alembic_version", "recipe", "tag", "user"])
        }
    }

    @Test func aRevisionThatDoesNotExistIsNamedWithThoseThatDo() throws {
        try withMigrator { migrator, db in
            for command in [{ try migrator.up(to: "cafe") }, { try migrator.down(.to("cafe"), mayLoseRows: true) }] {
                let error = try #require(throws: RecipeDatabaseError.self) { try command() }
                #expect(error.description == "there is no revision \"cafe\"; this version has da9301b43279, second")
            }
            #expect(try tables(db) == [])
        }
    }

    @Test(arguments: [
        (true, ["CREATE TABLE tag (id INTEGER)", "NONSENSE"]), (false, ["DROP TABLE recipe", "NONSENSE"]),
    ])
    func aFailedMigrationIsRolledBack(isUp: Bool, statements: [String]) throws {
        let sqlite = Migration.Statements(up: isUp ? statements : [], down: isUp ? [] : statements)
        let broken = Migration(
            revision: "broken", summary: "", sqlite: sqlite, postgres: Migration.Statements(up: [], down: []))
        try withMigrator([.initial, broken]) { migrator, db in
            if !isUp { try migrator.up() }
            let error = try #require(throws: RecipeDatabaseError.self) {
                try isUp ? migrator.up() : migrator.down(mayLoseRows: true)
            }
            #expect(error.description.hasPrefix("migration broken failed, and nothing of it is left: "))
            #expect(error.description.contains("NONSENSE"))
            #expect(try revisions(db) == [isUp ? "da9301b43279" : "broken"])
            #expect(try tables(db) == ["alembic_version", "recipe", "user"])
        }
    }
}
