import Brigade
import GRDB

/// One migration of the schema. Each direction runs in one transaction.
///
/// During a reload, workers of the old and the new build use the same schema. So a migration only adds; a later release
/// removes what is no longer needed.
struct Migration: Sendable {
    /// The value in `alembic_version` after this migration.
    let revision: String
    let up: [String]
    let down: [String]

    /// In the order in which they are applied. Add a new one at the end.
    static let all = [initial]

    /// The tables of the tutorial's Python application. Its database files are used unchanged.
    static let initial = Migration(
        revision: "da9301b43279",
        up: [
            """
            CREATE TABLE user (id INTEGER NOT NULL, first_name VARCHAR(256), surname VARCHAR(256), \
            email VARCHAR NOT NULL, is_superuser BOOLEAN, PRIMARY KEY (id))
            """,
            "CREATE INDEX ix_user_email ON user (email)",
            "CREATE INDEX ix_user_id ON user (id)",
            """
            CREATE TABLE recipe (id INTEGER NOT NULL, label VARCHAR(256) NOT NULL, url VARCHAR(256), \
            source VARCHAR(256), submitter_id INTEGER, PRIMARY KEY (id), \
            FOREIGN KEY(submitter_id) REFERENCES user (id))
            """,
            "CREATE INDEX ix_recipe_id ON recipe (id)",
            "CREATE INDEX ix_recipe_url ON recipe (url)",
        ],
        down: ["DROP TABLE recipe", "DROP TABLE user"])
}

/// Applies and reverts migrations.
///
/// The revision is stored as Alembic stores it, in the one row of `alembic_version`, so that the tutorial's Python
/// application can use the same file. A migration and its revision are one IMMEDIATE transaction: of two migrators, the
/// second waits, reads the new revision and has nothing left to do.
struct Migrator {
    private let migrations: [Migration]
    private let location: DatabaseLocation
    private let log: Logger

    init(_ migrations: [Migration] = Migration.all, location: DatabaseLocation, log: Logger) {
        self.migrations = migrations
        self.location = location
        self.log = log
    }

    /// Applies all migrations that are missing.
    func upgrade(_ database: some DatabaseWriter) throws {
        while try step(database, { applied in applied < migrations.count ? .up(migrations[applied]) : nil }) {}
    }

    /// Reverts all migrations after a revision; nil reverts all.
    func downgrade(_ database: some DatabaseWriter, to revision: String?) throws {
        let kept = try count(upTo: revision)
        while try step(database, { applied in applied > kept ? .down(migrations[applied - 1]) : nil }) {}
    }

    private enum Step {
        case up(Migration)
        case down(Migration)
    }

    /// - Parameter next: the next step, given how many migrations are applied.
    /// - Returns: whether there was a step.
    private func step(_ database: some DatabaseWriter, _ next: (_ applied: Int) -> Step?) throws -> Bool {
        try database.writeWithoutTransaction { db in
            var hasStepped = false
            try db.inTransaction(.immediate) {
                let applied = try count(upTo: revision(db))
                guard let step = next(applied) else { return .commit }
                let (statements, revision) =
                    switch step {
                    case .up(let migration): (migration.up, Optional(migration.revision))
                    case .down(let migration): (migration.down, applied > 1 ? migrations[applied - 2].revision : nil)
                    }
                for sql in statements { try db.execute(sql: sql) }
                try record(revision, db)
                log.info("migrated", metadata: ["revision": "\(revision ?? "none")"])
                hasStepped = true
                return .commit
            }
            return hasStepped
        }
    }

    private func count(upTo revision: String?) throws(RecipeDatabaseError) -> Int {
        guard let revision else { return 0 }
        guard let index = migrations.firstIndex(where: { $0.revision == revision }) else {
            throw RecipeDatabaseError(
                "the database \(location.path) has revision \(revision), which this version does not know; "
                    + "use the version that created it, or set DATABASE_URL to another database")
        }
        return index + 1
    }

    private func revision(_ db: Database) throws -> String? {
        guard try db.tableExists("alembic_version") else {
            guard try !db.tableExists("recipe"), try !db.tableExists("user") else {
                throw RecipeDatabaseError(
                    "the database \(location.path) has tables but no alembic_version, so its revision is unknown; "
                        + "set DATABASE_URL to another database")
            }
            return nil
        }
        let revisions = try String.fetchAll(db, sql: "SELECT version_num FROM alembic_version")
        guard revisions.count <= 1 else {
            throw RecipeDatabaseError(
                "the database \(location.path) has several revisions: \(revisions.joined(separator: ", "))")
        }
        return revisions.first
    }

    private func record(_ revision: String?, _ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL, \
                CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))
                """)
        try db.execute(sql: "DELETE FROM alembic_version")
        if let revision {
            try db.execute(sql: "INSERT INTO alembic_version (version_num) VALUES (?)", arguments: [revision])
        }
    }
}
