import Brigade
import GRDB

/// Takes a database from one revision of its schema to another.
///
/// The revision is kept as Alembic keeps it, in the one row of the table `alembic_version`, so that a file of the
/// tutorial's Python application is at home here and there. A step, and the row that says so, are one transaction that
/// begins IMMEDIATE: of two who migrate at once, the second waits, reads the new revision and has nothing left to do.
struct Migrator {
    let migrations: [Migration]
    let location: DatabaseLocation
    let log: Logger

    init(_ migrations: [Migration] = Migration.all, location: DatabaseLocation, log: Logger) {
        self.migrations = migrations
        self.location = location
        self.log = log
    }

    /// Takes every step that is not taken yet.
    func upgrade(_ database: some DatabaseWriter) throws {
        while try step(database, { taken in taken < migrations.count ? .up(migrations[taken]) : nil }) {}
    }

    /// Undoes every step after the one of that revision; nil undoes all.
    func downgrade(_ database: some DatabaseWriter, to revision: String?) throws {
        let kept = try count(upTo: revision)
        while try step(database, { taken in taken > kept ? .down(migrations[taken - 1]) : nil }) {}
    }

    private enum Step {
        case up(Migration)
        case down(Migration)
    }

    /// - Parameter next: what to do when so many steps are taken.
    /// - Returns: whether there was something to do.
    private func step(_ database: some DatabaseWriter, _ next: (_ taken: Int) -> Step?) throws -> Bool {
        try database.writeWithoutTransaction { db in
            var hasStepped = false
            try db.inTransaction(.immediate) {
                let taken = try count(upTo: revision(db))
                guard let step = next(taken) else { return .commit }
                let (statements, revision) =
                    switch step {
                    case .up(let migration): (migration.up, Optional(migration.revision))
                    case .down(let migration): (migration.down, taken > 1 ? migrations[taken - 2].revision : nil)
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

    /// How many steps lead to a revision.
    private func count(upTo revision: String?) throws(UnusableDatabase) -> Int {
        guard let revision else { return 0 }
        guard let index = migrations.firstIndex(where: { $0.revision == revision }) else {
            throw UnusableDatabase(
                "the database \(location.path) has revision \(revision), which this version does not know; "
                    + "use the version that made it, or let DATABASE_URL name another")
        }
        return index + 1
    }

    private func revision(_ db: Database) throws -> String? {
        guard try db.tableExists("alembic_version") else {
            guard try !db.tableExists("recipe"), try !db.tableExists("user") else {
                throw UnusableDatabase(
                    "the database \(location.path) has tables but no alembic_version, so that its revision is unknown; "
                        + "let DATABASE_URL name another")
            }
            return nil
        }
        let revisions = try String.fetchAll(db, sql: "SELECT version_num FROM alembic_version")
        guard revisions.count <= 1 else {
            throw UnusableDatabase(
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
