import Foundation
import Testing

@testable import Recipes

@Suite(.serialized) struct MigrationTests {
    private func newOperator(_ engine: Engine = .sqlite) throws -> Operator {
        Operator(folder: try TestServer.newFolder(), database: try engine.url())
    }

    private func remove(_ operator: Operator) { try? FileManager.default.removeItem(atPath: `operator`.folder) }

    /// The revisions that `migrate status` lists.
    private func revisions(_ operator: Operator) throws -> [Substring] {
        try `operator`.run("migrate", "status").output.split(separator: "\n").dropFirst()
            .filter { $0.contains("  applied  ") || $0.contains("  pending  ") }
            .map { $0.prefix { $0 != " " } }
    }

    @Test(arguments: Engine.allCases) func twoMigratorsAtOnceTakeTurns(engine: Engine) throws {
        for _ in 0..<5 {
            let `operator` = try newOperator(engine)
            defer { remove(`operator`) }
            let all = try (0..<2).map { _ in try `operator`.start(["migrate", "up"]) }
            for one in all { #expect(try one.waitForExit() == 0, "\(one.output)") }
            let output = all.map(\.output).joined()
            for revision in try revisions(`operator`) {
                #expect(output.matches(of: /migrated.*revision=(\w+)/).count { $0.1 == revision } == 1, "\(output)")
            }
            #expect(try `operator`.run("migrate", "status").code == 0)
        }
    }

    /// As above, with the first rows.
    @Test(arguments: Engine.allCases) func twoPrestartsAtOnceSeedOnce(engine: Engine) throws {
        for _ in 0..<3 {
            let `operator` = try newOperator(engine)
            defer { remove(`operator`) }
            let all = try (0..<2).map { _ in try `operator`.start(["prestart"]) }
            for one in all { #expect(try one.waitForExit() == 0, "\(one.output)") }
            #expect(try `operator`.sql("SELECT count(*), max(id) FROM recipe") == "3|3")
        }
    }

    @Test(arguments: Engine.allCases) func eachCommandHasItsExitCode(engine: Engine) throws {
        let `operator` = try newOperator(engine)
        defer { remove(`operator`) }
        #expect(try `operator`.run("migrate").code == 1)
        #expect(
            try `operator`.run("migrate", "sideways").output.contains("migrate up [REVISION] | down [REVISION | base]"))
        var missing = `operator`
        if engine == .postgres { missing.database += "_missing" }
        let status = try missing.run("migrate", "status")
        #expect(status.code == 5)
        #expect(status.output.contains("does not exist"), "\(status.output)")
        #expect(try `operator`.run("prestart").code == 0)
        #expect(try `operator`.run("migrate", "status").code == 0)
        let refused = try `operator`.run("migrate", "down", "base")
        #expect(refused.code == 5)
        #expect(refused.output.contains("reverting da9301b43279 would delete 3 recipes and 1 users from"))
        #expect(try `operator`.run("migrate", "status").code == 0)
        #expect(try `operator`.run("migrate", "down", "base", "--force").code == 0)
        let pending = try `operator`.run("migrate", "status")
        #expect(pending.code == 1)
        #expect(pending.output.contains("da9301b43279  pending  tables user and recipe\n"))
        #expect(try `operator`.run("check", "--database").code == 1)
        #expect(try `operator`.run("migrate", "up", "da9301b43279").code == 0)
        // An invalid setting, as at every start.
        var invalid = `operator`
        invalid.database = "oracle://host/db"
        #expect(try invalid.run("migrate", "up").code == 1)
    }

    /// A newer executable has migrated the database.
    @Test(arguments: Engine.allCases) func aNewerSchemaIsRefusedInOneLine(engine: Engine) throws {
        let `operator` = try newOperator(engine)
        defer { remove(`operator`) }
        #expect(try `operator`.run("prestart").code == 0)
        try `operator`.sql("UPDATE alembic_version SET version_num = 'cafe'")
        let reason = "has revision cafe, which this version does not know; use the version that migrated it"
        for (words, code) in [
            (["prestart"], Int32(5)), (["migrate", "up"], 5), (["migrate", "down"], 5), (["migrate", "status"], 5),
            (["check", "--database"], 1),
        ] {
            let command = try `operator`.start(words)
            #expect(try command.waitForExit() == code)
            #expect(command.output.matches(of: try Regex(reason)).count == 1, "\(command.output)")
            #expect(command.output.split(separator: "\n").count <= 2, "\(command.output)")
        }
        let server = try TestServer.start(
            in: `operator`.folder, ["--bind", "127.0.0.1:0", "--workers", "1"], ["DATABASE_URL": `operator`.database])
        #expect(try server.waitForExit() == 5)
        #expect(server.output.contains(reason))
        #expect(try `operator`.sql("SELECT count(*) FROM recipe") == "3")
        guard engine == .sqlite else { return }
        // Whatever it is, it can be saved.
        #expect(try `operator`.run("backup", "backup.db").code == 0)
        let restored = try `operator`.run("restore", "backup.db")
        #expect(restored.code == 5)
        #expect(restored.output.contains("has revision cafe, which this version does not know"))
    }

    @Test func aBackupOfAnOlderRevisionIsMigratedByTheNextPrestart() throws {
        let `operator` = try newOperator()
        defer { remove(`operator`) }
        #expect(try `operator`.run("prestart").code == 0)
        #expect(try `operator`.run("migrate", "down", Migration.initial.revision).code == 0)
        #expect(try `operator`.run("backup", "backup.db").code == 0)
        #expect(try `operator`.run("migrate", "up").code == 0)
        #expect(try `operator`.run("restore", "backup.db").code == 0)
        #expect(try `operator`.run("migrate", "status").code == 1)
        let server = try TestServer(workers: 1, folder: `operator`.folder)
        #expect(try server.operator.run("migrate", "status").code == 0)
        #expect(try server.ask("/api/v1/recipes/search/?keyword=vesuvio").body.contains("Chicken Vesuvio"))
        #expect(try server.operator.run("check", "--database").code == 0)
    }

    // MARK: Expand and contract

    private static let example = Migration.all + [.addOrigin, .dropSource]

    @Test(arguments: Engine.allCases) func theOldGenerationGoesOnWhileTheNewSchemaIsThere(engine: Engine) throws {
        let url = try engine.url()
        let server = try TestServer(workers: 2, environment: ["DATABASE_URL": url])
        let `operator` = Operator(folder: server.folder, database: url)
        let json = ["Content-Type: application/json"]
        let recipe = #"{"label":"Ramen","source":"Mum","url":"https://e.com/","submitter_id":1}"#
        let load = Load(server.address, threads: 4) { thread, number in
            switch (thread + number) % 3 {
            case 0:
                Load.Exchange(
                    method: "POST", target: "/api/v1/recipes/", fields: json, body: recipe, status: 201,
                    words: #""source":"Mum""#)
            case 1: Load.Exchange(target: "/api/v1/recipes/1", words: #""source":"Serious Eats""#)
            default: Load.Exchange(target: "/api/v1/recipes/search/?keyword=ramen&max_results=2")
            }
        }
        try load.waitForMore(than: 60)
        try `operator`.migrate(Self.example) { try $0.up(to: Migration.addOrigin.revision) }
        try load.waitForMore(than: 60)
        let outcome = load.stop()
        #expect(outcome.failures == [], "\(outcome.summary)")

        // Rows of each build are whole for the other one.
        #expect(try `operator`.sql("SELECT count(*) FROM recipe WHERE origin <> source OR origin IS NULL") == "0")
        let id = try `operator`.sql(
            "INSERT INTO recipe (label, origin, url) VALUES ('New', 'Dad', 'https://e.com/') RETURNING id")
        let new = try server.ask("/api/v1/recipes/\(id)")
        #expect(new.body.contains(#""source":"Dad""#), "\(new.body)")

        // A worker that crashes comes back; a prestart of the old build, and with it a reload, is refused.
        kill(try #require(server.workers.first), SIGKILL)
        try server.master.wait(for: "a third worker") { $0.matches(of: /worker ready/).count == 3 }
        let workers = server.workers
        server.master.signal(SIGHUP)
        try server.master.waitFor("reload failed")
        #expect(
            server.master.output.contains(
                "has revision \(Migration.addOrigin.revision), which this version does not know"))
        #expect(server.workers == workers)
        #expect(try server.ask("POST", "/api/v1/recipes/", fields: json, body: recipe).status == 201)

        // The old build is gone: the next release removes what it needed.
        server.master.signal(SIGTERM)
        #expect(try server.master.waitForExit() == 0)
        let rows = try `operator`.sql("SELECT id, origin FROM recipe ORDER BY id")
        try `operator`.migrate(Self.example) { try $0.up() }
        #expect(try `operator`.sql("SELECT id, origin FROM recipe ORDER BY id") == rows)
        #expect(throws: (any Error).self) { try `operator`.sql("SELECT source FROM recipe") }

        // And back, without losing a row.
        try `operator`.migrate(Self.example) { try $0.down(.to(Migration.all.last!.revision), mayLoseRows: false) }
        #expect(try `operator`.sql("SELECT id, source FROM recipe ORDER BY id") == rows)
        let next = try TestServer(workers: 1, environment: ["DATABASE_URL": url], folder: server.folder)
        #expect(try next.ask("/api/v1/recipes/\(id)").body == new.body)
        #expect(try `operator`.run("check", "--database").code == 0)
    }

    /// docs/migrations.md shows the migrations that the test above has applied.
    @Test func thePageShowsWhatWasTested() throws {
        func text(_ path: String) throws -> String {
            try String(contentsOfFile: BuildProducts.root + path, encoding: .utf8)
        }
        let blocks = try text("/docs/migrations.md").matches(of: /(?s)```swift\n(.*?)```/).map { String($0.1) }
        #expect(blocks.count >= 2)
        let example = try text("/Tests/ServerTests/Support/ExampleMigrations.swift")
        for block in blocks { #expect(example.contains(block), "not in the example: \(block)") }
    }
}
