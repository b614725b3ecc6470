import Brigade
import Postgres
import PostgresServer
import Synchronization
import Testing

@testable import Recipes

/// An empty database of a test's own, of each engine.
final class MigratedDatabase: Sendable {
    enum Engine: CaseIterable {
        case sqlite, postgres
    }

    private let directory = TemporaryDirectory()
    private let engine: Engine
    private let url: PostgresURL?

    init(_ engine: Engine) throws {
        self.engine = engine
        url = engine == .sqlite ? nil : try PostgresURL(PostgresServer.shared.get().makeDatabase())
    }

    func withSession<Result>(_ body: (any DatabaseSession) throws -> Result) throws -> Result {
        guard let url else { return try SQLiteSession.writing(directory.database(), mayCreate: true) { try body($0) } }
        return try body(PostgresSession(url))
    }
}

extension DatabaseSession {
    fileprivate func tables() throws -> [String] {
        let isSQLite = self is SQLiteSession
        return try execute(
            isSQLite
                ? "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
                : "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1"
        ).map { $0[0]! }
    }

    fileprivate func revisions() throws -> [String] { try texts("SELECT version_num FROM alembic_version") }

    fileprivate func texts(_ sql: String) throws -> [String] { try execute(sql).map { $0[0] ?? "NULL" } }
}

@Suite struct MigratorTests {
    typealias Engine = MigratedDatabase.Engine

    private static let second: Migration = {
        let statements = Migration.Statements(
            up: ["CREATE TABLE tag (id INTEGER PRIMARY KEY)"], down: ["DROP TABLE tag"])
        return Migration(
            revision: "second", summary: "table tag", sqlite: statements, postgres: statements,
            losses: [Migration.Loss(things: "tags", count: "SELECT count(*) FROM tag")])
    }()

    private func withMigrator<Result>(
        _ engine: Engine, _ migrations: [Migration] = [.initial, second],
        _ body: (Migrator, any DatabaseSession) throws -> Result
    ) throws -> Result {
        try MigratedDatabase(engine).withSession { session in
            try body(Migrator(session, migrations: migrations, log: .silent), session)
        }
    }

    @Test(arguments: Engine.allCases) func migrationsAreAppliedAndReverted(engine: Engine) throws {
        try withMigrator(engine) { migrator, session in
            #expect(try migrator.status().map(\.isApplied) == [false, false])
            try migrator.up()
            #expect(try session.revisions() == ["second"])
            #expect(try session.tables() == ["alembic_version", "recipe", "tag", "user"])
            #expect(try migrator.status().map(\.isApplied) == [true, true])

            try migrator.down(mayLoseRows: false)
            #expect(try session.revisions() == ["da9301b43279"])
            #expect(try session.tables() == ["alembic_version", "recipe", "user"])
            #expect(try migrator.status().map(\.isApplied) == [true, false])

            try migrator.down(mayLoseRows: false)
            #expect(try session.revisions() == [])
            #expect(try session.tables() == ["alembic_version"])
            try migrator.down(mayLoseRows: false)

            try migrator.up(to: "da9301b43279")
            #expect(try session.revisions() == ["da9301b43279"])
            try migrator.up()
            #expect(try session.revisions() == ["second"])
            try migrator.up(to: "da9301b43279")
            #expect(try session.revisions() == ["second"])
            try migrator.down(.to("second"), mayLoseRows: false)
            #expect(try session.revisions() == ["second"])
            try migrator.down(.toNothing, mayLoseRows: false)
            #expect(try session.tables() == ["alembic_version"])
        }
    }

    /// Those of the application itself.
    @Test(arguments: Engine.allCases) func allMigrationsGoUpAndDownAgain(engine: Engine) throws {
        try withMigrator(engine, Migration.all) { migrator, session in
            for _ in 0..<2 {
                try migrator.up()
                try Seed(superuser: "a@b.example", log: .silent).run(session)
                #expect(try session.texts("SELECT count(*) FROM recipe") == ["3"])
                #expect(try DatabaseCheck(session, log: .silent).problems() == [])
                #expect(throws: RecipeDatabaseError.self) { try migrator.down(.toNothing, mayLoseRows: false) }
                try migrator.down(.toNothing, mayLoseRows: true)
                #expect(try session.tables() == ["alembic_version"])
            }
            #expect(Set(Migration.all.map(\.revision)).count == Migration.all.count)
        }
    }

    @Test(arguments: Engine.allCases) func theSeedIsTheSame(engine: Engine) throws {
        try withMigrator(engine, Migration.all) { migrator, session in
            try migrator.up()
            let seed = Seed(superuser: "a@b.example", log: .silent)
            for _ in 0..<2 {
                try seed.run(session)
                #expect(
                    try session.texts("SELECT id || ' ' || label || ' ' || submitter_id FROM recipe ORDER BY id") == [
                        "1 Chicken Vesuvio 1", "2 Chicken Paprikash 1", "3 Cauliflower and Tofu Curry Recipe 1",
                    ])
                #expect(try session.texts(#"SELECT email FROM "user" WHERE is_superuser"#) == ["a@b.example"])
            }
        }
    }

    @Test(arguments: Engine.allCases) func rowsAreNotLostWithoutBeingAskedFor(engine: Engine) throws {
        try withMigrator(engine) { migrator, session in
            try migrator.up()
            try session.execute("INSERT INTO tag VALUES (1)")
            try session.execute(#"INSERT INTO "user" (email) VALUES ('a@b.example'), ('c@d.example')"#)
            let one = try #require(throws: RecipeDatabaseError.self) { try migrator.down(mayLoseRows: false) }
            #expect(one.description.hasPrefix("reverting second would delete 1 tags from the database "))
            #expect(one.description.hasSuffix("make a backup, then add --force"))
            // The first step alone would lose nothing.
            try session.execute("DELETE FROM tag")
            let all = try #require(throws: RecipeDatabaseError.self) {
                try migrator.down(.toNothing, mayLoseRows: false)
            }
            #expect(all.description.hasPrefix("reverting da9301b43279 would delete 2 users from"))
            #expect(try session.revisions() == ["second"])
            try migrator.down(.toNothing, mayLoseRows: true)
            #expect(try session.tables() == ["alembic_version"])
        }
    }

    @Test(arguments: Engine.allCases) func anUnknownRevisionIsRejectedAndChangesNothing(engine: Engine) throws {
        try withMigrator(engine) { migrator, session in
            try migrator.up()
            try session.execute("UPDATE alembic_version SET version_num = 'cafe'")
            for command in [
                { _ = try migrator.status() }, { try migrator.up() }, { try migrator.down(mayLoseRows: true) },
                { try migrator.down(.toNothing, mayLoseRows: true) },
            ] {
                let error = try #require(throws: RecipeDatabaseError.self) { try command() }
                #expect(
                    error.description.contains("has revision cafe, which this version does not know; use the version"))
            }
            #expect(try session.tables() == ["alembic_version", "recipe", "tag", "user"])
        }
    }

    @Test(arguments: Engine.allCases) func tablesWithoutARevisionAreRejected(engine: Engine) throws {
        try withMigrator(engine) { migrator, session in
            try session.execute(#"CREATE TABLE "user" (id INTEGER)"#)
            let error = try #require(throws: RecipeDatabaseError.self) { try migrator.up() }
            #expect(error.description.contains("has tables but no alembic_version"))
            #expect(try session.tables() == ["user"])
        }
    }

    @Test(arguments: Engine.allCases) func aRevisionThatDoesNotExistIsNamedWithThoseThatDo(engine: Engine) throws {
        try withMigrator(engine) { migrator, session in
            for command in [{ try migrator.up(to: "cafe") }, { try migrator.down(.to("cafe"), mayLoseRows: true) }] {
                let error = try #require(throws: RecipeDatabaseError.self) { try command() }
                #expect(error.description == "there is no revision \"cafe\"; this version has da9301b43279, second")
            }
            #expect(try session.tables() == [])
        }
    }

    @Test(arguments: Engine.allCases, [true, false])
    func aFailedMigrationIsRolledBack(engine: Engine, isUp: Bool) throws {
        let failing = [isUp ? "CREATE TABLE tag (id INTEGER)" : "DROP TABLE recipe", "NONSENSE"]
        let statements = Migration.Statements(up: isUp ? failing : [], down: isUp ? [] : failing)
        let broken = Migration(revision: "broken", summary: "", sqlite: statements, postgres: statements)
        try withMigrator(engine, [.initial, broken]) { migrator, session in
            if !isUp { try migrator.up() }
            let error = try #require(throws: RecipeDatabaseError.self) {
                try isUp ? migrator.up() : migrator.down(mayLoseRows: true)
            }
            #expect(error.description.hasPrefix("migration broken failed, and nothing of it is left: the database "))
            #expect(error.description.contains("NONSENSE"))
            #expect(!error.isTransient)
            #expect(try session.revisions() == [isUp ? "da9301b43279" : "broken"])
            #expect(try session.tables() == ["alembic_version", "recipe", "user"])
        }
    }

    @Test(arguments: Engine.allCases) func migratorsAtOnceTakeTurns(engine: Engine) async throws {
        let database = try MigratedDatabase(engine)
        let applied = Revisions()
        try await withThrowingTaskGroup { group in
            for _ in 0..<6 {
                group.addTask {
                    try database.withSession { session in
                        let log = Logger(label: "test") { _ in RevisionHandler(applied) }
                        try Migrator(session, migrations: [.initial, Self.second], log: log).up()
                        try Seed(superuser: "a@b.example", log: .silent).run(session)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(applied.all.withLock { $0 } == ["da9301b43279", "second"])
        let ids = try database.withSession { session in
            try session.texts("SELECT id FROM recipe ORDER BY id") + session.texts(#"SELECT id FROM "user""#)
        }
        #expect(ids == ["1", "2", "3", "1"])
    }

    // MARK: PostgreSQL

    /// A reader that holds the table must not make all later requests wait behind the migration.
    @Test func aLockThatIsNotGrantedEndsTheStepAndIsTransient() throws {
        let url = try PostgresURL(PostgresServer.shared.get().makeDatabase())
        let reader = try PostgresSession(url)
        let session = try PostgresSession(url)
        let drop = Migration.Statements(
            up: ["SET LOCAL lock_timeout = '50ms'", "ALTER TABLE recipe ADD COLUMN note TEXT"], down: [])
        let migrator = Migrator(
            session, migrations: [.initial, Migration(revision: "note", summary: "", sqlite: drop, postgres: drop)],
            log: .silent)
        try migrator.up(to: "da9301b43279")
        #expect(try session.execute("SHOW lock_timeout") == [["0"]])
        try reader.execute("BEGIN")
        try reader.execute("SELECT count(*) FROM recipe")
        let error = try #require(throws: RecipeDatabaseError.self) { try migrator.up() }
        #expect(error.isTransient)
        #expect(error.description.contains("lock timeout"))
        try reader.execute("COMMIT")
        try migrator.up()
        #expect(try session.revisions() == ["note"])
    }

    @Test func anInvalidIndexIsFound() throws {
        let server = try PostgresServer.shared.get()
        let url = try server.makeDatabase()
        let session = try PostgresSession(PostgresURL(url))
        try Migrator(session, log: .silent).up()
        try session.execute(#"INSERT INTO "user" (email) VALUES ('a@b.example'), ('a@b.example')"#)
        // What a CREATE INDEX CONCURRENTLY that fails leaves.
        #expect(throws: RecipeDatabaseError.self) {
            try session.execute(#"CREATE UNIQUE INDEX CONCURRENTLY broken ON "user" (email)"#)
        }
        #expect(
            try DatabaseCheck(session, log: .silent).problems() == [
                "the index broken is invalid; run `REINDEX INDEX broken`"
            ])
    }

    @Test func aServerThatCannotBeReachedIsNamedWithoutThePassword() throws {
        let server = try PostgresServer.shared.get()
        for (url, words, isTransient) in [
            ("postgresql://secured:hunter2@127.0.0.1:\(server.port)/postgres", "password authentication failed", false),
            ("postgresql://postgres@127.0.0.1:\(server.port)/missing", "database \"missing\" does not exist", false),
            ("postgresql://secured:hunter2@127.0.0.1:1/postgres", "Connection refused", true),
        ] {
            let error = try #require(throws: RecipeDatabaseError.self) { try PostgresSession(PostgresURL(url)) }
            #expect(error.description.contains(words), "\(error)")
            #expect(error.description.hasPrefix("the database postgresql://"))
            #expect(!error.description.contains("hunter2"))
            #expect(error.isTransient == isTransient)
        }
    }
}

/// The revisions of log lines.
private final class Revisions: Sendable {
    let all = Mutex<[String]>([])
}

private struct RevisionHandler: LogHandler {
    let revisions: Revisions
    var logLevel = Logger.Level.info
    var metadata = Logger.Metadata()

    init(_ revisions: Revisions) { self.revisions = revisions }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        if let revision = event.metadata?["revision"] { revisions.all.withLock { $0.append("\(revision)") } }
    }
}
