import Brigade

/// `recipe-worker migrate up|down|status`: the schema by hand, without the prestart's first rows.
struct MigrateCommand {
    static let arguments = "up [REVISION] | down [REVISION | base] [--force] | status"

    private enum Verb {
        case up(String?)
        case down(Migrator.Downgrade, mayLoseRows: Bool)
        case status
    }

    private let verb: Verb

    init(_ arguments: [String]) throws(WorkerProgram.Command.UsageError) {
        let words = arguments.filter { $0 != "--force" }
        let isForced = words.count < arguments.count
        // A revision never begins like a flag.
        guard !words.contains(where: { $0.hasPrefix("-") || $0.isEmpty }), words.count <= 2 else {
            throw WorkerProgram.Command.UsageError()
        }
        let revision = words.count == 2 ? words[1] : nil
        switch (words.first, revision) {
        case ("up", _) where !isForced: verb = .up(revision)
        case ("down", nil): verb = .down(.oneStep, mayLoseRows: isForced)
        // Alembic's word.
        case ("down", "base"?): verb = .down(.toNothing, mayLoseRows: isForced)
        case ("down", let revision?): verb = .down(.to(revision), mayLoseRows: isForced)
        case ("status", nil) where !isForced: verb = .status
        default: throw WorkerProgram.Command.UsageError()
        }
    }

    func run(_ settings: RecipeSettings, log: Logger) throws {
        switch verb {
        case .up(let revision):
            try settings.withSession(.create) { try Migrator($0, log: log).up(to: revision) }
        case .down(let downgrade, let mayLoseRows):
            try settings.withSession(.write) { try Migrator($0, log: log).down(downgrade, mayLoseRows: mayLoseRows) }
        case .status:
            let status = try settings.withSession(.read) { try Migrator($0, log: log).status() }
            print(Self.table(status))
            // For scripts, as `diff` does.
            if !status.allSatisfy(\.isApplied) { throw WorkerProgram.Command.Exit(code: 1) }
        }
    }

    static func table(_ status: [(migration: Migration, isApplied: Bool)]) -> String {
        let rows =
            [("revision", "state", "what it adds")]
            + status.map { ($0.migration.revision, $0.isApplied ? "applied" : "pending", $0.migration.summary) }
        let width = rows.map(\.0.count).max() ?? 0
        var lines = rows.map { revision, state, summary in
            revision.padded(to: width) + "  " + state.padded(to: 7) + "  " + summary
        }
        let pending = status.count { !$0.isApplied }
        if pending > 0 { lines.append("\(pending) pending: run `recipe-worker migrate up`, or start the server") }
        return lines.joined(separator: "\n")
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
