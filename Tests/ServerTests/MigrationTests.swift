import Foundation
import Testing

@Suite(.serialized) struct MigrationTests {
    private func folder() throws -> Operator { Operator(folder: try TestServer.newFolder()) }

    private func remove(_ operator: Operator) { try? FileManager.default.removeItem(atPath: `operator`.folder) }

    /// The revisions that `migrate status` lists.
    private func revisions(_ operator: Operator) throws -> [Substring] {
        try `operator`.run("migrate", "status").output.split(separator: "\n").dropFirst()
            .filter { $0.contains("  applied  ") || $0.contains("  pending  ") }
            .map { $0.prefix { $0 != " " } }
    }

    @Test func twoMigratorsAtOnceTakeTurns() throws {
        for _ in 0..<5 {
            let `operator` = try folder()
            defer { remove(`operator`) }
            let all = try (0..<2).map { _ in try `operator`.start(["migrate", "up"]) }
            for one in all { #expect(try one.waitForExit() == 0, "\(one.output)") }
            let output = all.map(\.output).joined()
            for revision in try revisions(`operator`) {
                #expect(
                    output.matches(of: /migrated.*revision=(\w+)/).filter { $0.1 == revision }.count == 1, "\(output)")
            }
            #expect(try `operator`.run("migrate", "status").code == 0)
        }
    }

    @Test func eachCommandHasItsExitCode() throws {
        let `operator` = try folder()
        defer { remove(`operator`) }
        #expect(try `operator`.run("migrate").code == 1)
        #expect(
            try `operator`.run("migrate", "sideways").output.contains("migrate up [REVISION] | down [REVISION | base]"))
        let missing = try `operator`.run("migrate", "status")
        #expect(missing.code == 5)
        #expect(missing.output.contains("the database recipes.db does not exist"))
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
    @Test func aNewerSchemaIsRefusedInOneLineAndCanStillBeBackedUp() throws {
        let `operator` = try folder()
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
        let server = try TestServer.start(in: `operator`.folder, ["--bind", "127.0.0.1:0", "--workers", "1"])
        #expect(try server.waitForExit() == 5)
        #expect(server.output.contains(reason))
        #expect(try `operator`.run("backup", "backup.db").code == 0)
        let restored = try `operator`.run("restore", "backup.db")
        #expect(restored.code == 5)
        #expect(restored.output.contains("has revision cafe, which this version does not know"))
        #expect(try `operator`.sql("SELECT count(*) FROM recipe") == "3")
    }
}
