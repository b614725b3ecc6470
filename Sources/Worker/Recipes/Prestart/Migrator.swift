import Brigade

/// Applies and reverts migrations.
///
/// The revision is stored as Alembic stores it, in the one row of `alembic_version`, so that the tutorial's Python
/// application can use the same database. Each migration is a transaction that holds the migration lock: of two migrators,
/// the second waits, reads the new revision and has nothing left to do.
struct Migrator {
    private let migrations: [Migration]
    private let session: any DatabaseSession
    private let log: Logger

    init(
        _ session: any DatabaseSession, migrations: [Migration] = Migration.all, log: Logger = Logger(label: "migrate")
    ) {
        self.migrations = migrations
        self.session = session
        self.log = log
    }

    /// All migrations, in their order, and whether each is applied.
    func status() throws(RecipeDatabaseError) -> [(migration: Migration, isApplied: Bool)] {
        let applied = try appliedCount()
        return migrations.enumerated().map { ($1, $0 < applied) }
    }

    /// Applies the migrations that are missing.
    /// - Parameter revision: the last one to apply; nil for all.
    func up(to revision: String? = nil) throws(RecipeDatabaseError) {
        let wanted =
            try revision.map { revision throws(RecipeDatabaseError) in try position(of: revision) } ?? migrations.count
        while try step({ applied in applied < wanted ? .up(migrations[applied]) : nil }) {}
    }

    /// How far `down` goes.
    enum Downgrade: Equatable {
        case oneStep
        /// This revision stays.
        case to(String)
        /// Removes all tables.
        case toNothing
    }

    /// Reverts migrations.
    /// - Parameter mayLoseRows: whether rows may be deleted with their tables and columns.
    /// - Throws: also when rows would be lost. Nothing is reverted then.
    func down(_ downgrade: Downgrade = .oneStep, mayLoseRows: Bool) throws(RecipeDatabaseError) {
        let applied = try appliedCount()
        let kept =
            switch downgrade {
            case .oneStep: max(0, applied - 1)
            case .to(let revision): try position(of: revision)
            case .toNothing: 0
            }
        guard kept < applied else {
            log.info("nothing to revert", metadata: ["revision": "\(name(of: applied))"])
            return
        }
        // The first step must not be made when a later one is refused.
        if !mayLoseRows { for migration in migrations[kept..<applied].reversed() { try refuseLoss(by: migration) } }
        while try step({ applied in applied > kept ? .down(migrations[applied - 1]) : nil }, mayLoseRows: mayLoseRows) {
        }
    }

    private enum Step {
        case up(Migration)
        case down(Migration)
    }

    /// - Parameter next: the next step, given how many migrations are applied.
    /// - Returns: whether there was a step.
    private func step(
        _ next: (_ applied: Int) -> Step?, mayLoseRows: Bool = false
    ) throws(RecipeDatabaseError) -> Bool {
        try session.transaction { () throws(RecipeDatabaseError) in
            let applied = try appliedCount()
            switch next(applied) {
            case nil: return false
            case .up(let migration):
                try run(session.statements(of: migration).up, of: migration)
                try record(migration.revision)
                log.info("migrated", metadata: ["revision": "\(migration.revision)", "added": "\(migration.summary)"])
            case .down(let migration):
                if !mayLoseRows { try refuseLoss(by: migration) }
                try run(session.statements(of: migration).down, of: migration)
                try record(applied > 1 ? migrations[applied - 2].revision : nil)
                log.info(
                    "reverted", metadata: ["revision": "\(migration.revision)", "removed": "\(migration.summary)"])
            }
            return true
        }
    }

    private func run(_ statements: [String], of migration: Migration) throws(RecipeDatabaseError) {
        do {
            for sql in statements { try session.execute(sql) }
        } catch {
            throw RecipeDatabaseError(
                "migration \(migration.revision) failed, and nothing of it is left: \(error)",
                isTransient: error.isTransient)
        }
    }

    private func refuseLoss(by migration: Migration) throws(RecipeDatabaseError) {
        var lost: [String] = []
        for loss in migration.losses {
            let count = try session.count(loss.count)
            if count > 0 { lost.append("\(count) \(loss.things)") }
        }
        guard lost.isEmpty else {
            throw RecipeDatabaseError(
                "reverting \(migration.revision) would delete \(lost.joined(separator: " and ")) from \(session.name); "
                    + "make a backup, then add --force")
        }
    }

    // MARK: Revisions

    private func name(of applied: Int) -> String { applied == 0 ? "none" : migrations[applied - 1].revision }

    /// How many migrations are applied up to that revision.
    private func position(of revision: String) throws(RecipeDatabaseError) -> Int {
        guard let index = migrations.firstIndex(where: { $0.revision == revision }) else {
            let known = migrations.map(\.revision).joined(separator: ", ")
            throw RecipeDatabaseError("there is no revision \"\(revision)\"; this version has \(known)")
        }
        return index + 1
    }

    private func appliedCount() throws(RecipeDatabaseError) -> Int {
        guard try session.hasTable("alembic_version") else {
            guard try !session.hasTable("recipe"), try !session.hasTable("user") else {
                throw RecipeDatabaseError(
                    "\(session.name) has tables but no alembic_version, so its revision is unknown; "
                        + "set DATABASE_URL to another database")
            }
            return 0
        }
        let revisions = try session.execute("SELECT version_num FROM alembic_version").map { ($0.first ?? nil) ?? "" }
        guard revisions.count <= 1 else {
            throw RecipeDatabaseError("\(session.name) has several revisions: \(revisions.joined(separator: ", "))")
        }
        guard let revision = revisions.first else { return 0 }
        guard let index = migrations.firstIndex(where: { $0.revision == revision }) else {
            throw RecipeDatabaseError(
                "\(session.name) has revision \(revision), which this version does not know; "
                    + "use the version that migrated it, or set DATABASE_URL to another database")
        }
        return index + 1
    }

    private func record(_ revision: String?) throws(RecipeDatabaseError) {
        try session.execute(
            """
            CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL, \
            CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))
            """)
        try session.execute("DELETE FROM alembic_version")
        if let revision { try session.execute("INSERT INTO alembic_version (version_num) VALUES ($1)", [revision]) }
    }
}
