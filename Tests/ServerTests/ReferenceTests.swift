import Foundation
import PostgresServer
import Testing

/// The recorded cases of `reference/`, played at the built server and compared with the reference's answers.
@Suite struct ReferenceTests {
    @Test(arguments: ["SQLite", "PostgreSQL"])
    func everyRecordedCaseIsAnsweredAsTheReferenceDoes(engine: String) throws {
        let reference = BuildProducts.root + "/reference"
        let redditPort = try Machine.freePort()
        let environment = ["PATH": "/usr/local/bin:/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"]
        let folder = try TestServer.newFolder()
        let reddit = try ChildProcess(
            "/usr/bin/python3", ["\(reference)/fake_reddit.py", "\(redditPort)"], environment: environment,
            folder: folder)
        let database = engine == "SQLite" ? nil : try PostgresServer.shared.get().makeDatabase()
        let server = try TestServer(
            workers: 1,
            environment: [
                "REDDIT_BASE_URL": "http://127.0.0.1:\(redditPort)", "DATABASE_URL": database ?? "sqlite:///recipes.db",
            ])
        let record = try ChildProcess(
            "/usr/bin/python3",
            [
                "\(reference)/record.py", "\(server.port)", "mine.json", "--db",
                database ?? "\(server.folder)/recipes.db", "--reddit", "\(redditPort)",
            ], environment: environment, folder: folder)
        #expect(try record.waitForExit() == 0, "\(record.output)")
        let compare = try ChildProcess(
            "/usr/bin/python3", ["\(reference)/compare.py", "\(reference)/expected/answers.json", "mine.json"],
            environment: environment, folder: folder)
        #expect(try compare.waitForExit() == 0, "\(compare.output)")
        withExtendedLifetime(reddit) {}
    }
}
