import Brigade

/// `recipe-worker check --database`: whether the content of the database is whole. `check` alone looks at the settings, and
/// opens no database.
struct CheckDatabaseCommand {
    static let arguments = "--database"

    init(_ arguments: [String]) throws(WorkerProgram.Command.UsageError) {
        guard arguments == ["--database"] else { throw WorkerProgram.Command.UsageError() }
    }

    func run(_ settings: RecipeSettings, log: Logger) throws {
        let (name, problems) = try settings.withSession(.read) { session in
            (session.name, try DatabaseCheck(session, log: log).problems())
        }
        for problem in problems { print(problem) }
        print("\(name): \(problems.isEmpty ? "no problem found" : "\(problems.count) found")")
        if !problems.isEmpty { throw WorkerProgram.Command.Exit(code: 1) }
    }
}

/// Looks for what no request would report in time: damage, rows without their parents, a wrong revision.
struct DatabaseCheck {
    private let session: any DatabaseSession
    private let log: Logger

    init(_ session: any DatabaseSession, log: Logger) {
        self.session = session
        self.log = log
    }

    /// Each is one line that says what to do.
    func problems() throws(RecipeDatabaseError) -> [String] {
        let damage = try session.damage()
        // Nothing that is read from damaged pages means anything.
        guard damage.isEmpty else { return damage }
        return try revisionProblems() + orphans()
    }

    private func revisionProblems() throws(RecipeDatabaseError) -> [String] {
        do {
            let pending = try Migrator(session, log: log).status().filter { !$0.isApplied }
            guard !pending.isEmpty else { return try missingTables() }
            let revisions = pending.map(\.migration.revision).joined(separator: ", ")
            return ["pending migrations: \(revisions); run `recipe-worker migrate up`, or start the server"]
        } catch  where !error.isTransient {
            return [error.description]
        }
    }

    /// Somebody has dropped them.
    private func missingTables() throws(RecipeDatabaseError) -> [String] {
        var missing: [String] = []
        for table in ["user", "recipe"] where try !session.hasTable(table) { missing.append(table) }
        return missing.map { "there is no table `\($0)`, though the revision has it; restore a backup" }
    }

    /// The tutorial's own application does not enforce foreign keys on SQLite.
    private func orphans() throws(RecipeDatabaseError) -> [String] {
        guard try session.hasTable("recipe"), try session.hasTable("user") else { return [] }
        let orphans = try session.count(
            """
            SELECT count(*) FROM recipe WHERE submitter_id IS NOT NULL \
            AND NOT EXISTS (SELECT 1 FROM "user" WHERE "user".id = recipe.submitter_id)
            """)
        guard orphans > 0 else { return [] }
        return [
            "\(orphans) recipes have a submitter_id that no user has; add the users, or set these submitter_id to NULL"
        ]
    }
}
