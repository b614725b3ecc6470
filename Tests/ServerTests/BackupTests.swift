import Foundation
import Testing

@Suite(.serialized) struct BackupTests {
    private static let json = ["Content-Type: application/json"]

    private static func recipe(_ label: String) -> String {
        #"{"label":"\#(label)","source":"Mum","url":"https://e.com/","submitter_id":1}"#
    }

    private static func posts(_ server: TestServer) -> Load {
        Load(server.address, threads: 4) { thread, number in
            Load.Exchange(
                method: "POST", target: "/api/v1/recipes/", fields: json, body: recipe("\(thread) \(number)"),
                status: 201)
        }
    }

    /// The ids have no gap, so every backup has exactly the first so many of them.
    @Test func aBackupOfARunningServerHasWhatWasAcknowledgedBefore() throws {
        let server = try TestServer(workers: 2)
        let load = Self.posts(server)
        try load.waitForMore(than: 50)
        for round in 0..<4 {
            let posted = try server.ask(
                "POST", "/api/v1/recipes/", fields: Self.json, body: Self.recipe("mark \(round)"))
            #expect(posted.status == 201)
            let (code, output) = try server.operator.run("backup", "backup.db")
            #expect(code == 0, "\(output)")
            #expect(output.contains("notice backup pid=") && output.contains("backed up"))
            let rows = try server.operator.sql(
                """
                PRAGMA integrity_check; SELECT count(*) = max(id) FROM recipe;
                SELECT count(*) FROM recipe WHERE label = 'mark \(round)'; PRAGMA journal_mode
                """, in: "backup.db")
            #expect(rows == "ok\n1\n1\ndelete")
        }
        let outcome = load.stop()
        #expect(outcome.failures == [], "\(outcome.summary)")
        let names = try FileManager.default.contentsOfDirectory(atPath: server.folder).filter { $0.hasPrefix("backup") }
        #expect(names == ["backup.db"])
        #expect(try server.operator.run("check", "--database").code == 0)
    }

    @Test func aRestoreIsRefusedWhileAServerRunsAndThenTakesItsPlaceWithoutTheOldLog() throws {
        let server = try TestServer(workers: 2)
        #expect(try server.operator.run("backup", "backup.db").code == 0)
        let posted = try server.ask("POST", "/api/v1/recipes/", fields: Self.json, body: Self.recipe("later"))
        #expect(posted.status == 201)
        let (code, output) = try server.operator.run("restore", "backup.db")
        #expect(code == 5)
        #expect(output.contains("has the database recipes.db open; stop the server first"))
        #expect(try server.ask("/api/v1/recipes/4").status == 200)
        // The log stays, as after a crash.
        for pid in server.workers + [server.master.pid] { kill(pid, SIGKILL) }
        _ = try server.master.waitForExit()
        #expect(access(server.folder + "/recipes.db-wal", F_OK) == 0)
        #expect(try server.operator.run("restore", "backup.db").code == 0)
        let names = try FileManager.default.contentsOfDirectory(atPath: server.folder).filter {
            $0.hasPrefix("recipes")
        }
        #expect(names == ["recipes.db"])
        let next = try TestServer(workers: 1, folder: server.folder)
        #expect(try next.ask("/api/v1/recipes/3").status == 200)
        #expect(try next.ask("/api/v1/recipes/4").status == 404)
    }

    @Test(.enabled(if: geteuid() == 0, "mounts a file system")) func aFullDiskLeavesTheOldBackupAndNothingElse() throws
    {
        let server = try TestServer(workers: 1)
        let large = String(repeating: "a", count: 60_000)
        for _ in 0..<4 {
            let posted = try server.ask("POST", "/api/v1/recipes/", fields: Self.json, body: Self.recipe(large))
            #expect(posted.status == 201)
        }
        let script = """
            mkdir small && mount -t tmpfs -o size=128k tmpfs small || exit 9
            echo old >small/note
            "$0" backup small/backup.db; echo "code $?"; ls -A small
            """
        let command = try ChildProcess(
            "/usr/bin/unshare", ["-m", "/bin/sh", "-c", script, BuildProducts.worker],
            environment: ["PATH": "/usr/bin:/bin", "DATABASE_URL": "sqlite:///recipes.db"], folder: server.folder)
        #expect(try command.waitForExit() == 0)
        #expect(command.output.contains("cannot be written: the disk is full; free some space"))
        #expect(command.output.hasSuffix("code 5\nnote\n"), "\(command.output)")
        #expect(try server.ask("/health/ready").status == 200)
    }

    @Test func aTerminalShowsTheProgressAndALogDoesNot() throws {
        let server = try TestServer(workers: 1)
        let terminal = try Terminal()
        let shown = try server.operator.start(["backup", "one.db"], log: terminal.path)
        #expect(try shown.waitForExit() == 0)
        let text = try terminal.readAll()
        #expect(text.contains("\rbackup: 100 % of "))
        #expect(text.contains("backed up"))
        let logged = try server.operator.run("backup", "two.db").output
        #expect(logged.split(separator: "\n", omittingEmptySubsequences: false).count == 2, "\(logged)")
        #expect(!logged.contains("%") && !logged.contains("\u{1B}"))
    }

    /// The signal is there before the first page is copied.
    @Test func anInterruptedBackupLeavesNothing() throws {
        let server = try TestServer(workers: 1)
        let script = """
            import os, signal, sys
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
            os.kill(os.getpid(), signal.SIGTERM)
            os.execv(sys.argv[1], [sys.argv[1], "backup", "backup.db"])
            """
        let command = try ChildProcess(
            "/usr/bin/python3", ["-c", script, BuildProducts.worker],
            environment: ["PATH": "/usr/bin:/bin", "DATABASE_URL": "sqlite:///recipes.db"], folder: server.folder)
        #expect(try command.waitForExit() == 5)
        #expect(command.output.contains("interrupted by a signal; nothing was changed"))
        let names = try FileManager.default.contentsOfDirectory(atPath: server.folder).filter { $0.contains("backup") }
        #expect(names == [])
    }

    @Test(arguments: [("backup", "pg_dump --format=custom --file=FILE"), ("restore", "pg_restore --clean --if-exists")])
    func postgreSQLHasItsOwnPrograms(command: String, program: String) throws {
        let folder = try TestServer.newFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let `operator` = Operator(folder: folder, database: "postgresql://cook:hunter2@127.0.0.1:1/recipes")
        let (code, output) = try `operator`.run(command, "file")
        #expect(code == 1)
        #expect(output.contains("DATABASE_URL: it names PostgreSQL"))
        #expect(output.contains(program) && output.contains("postgresql://cook@127.0.0.1:1/recipes"))
        #expect(!output.contains("hunter2"))
        #expect(output.split(separator: "\n").count == 1)
    }

    /// With the commands that the errors name.
    @Test func aDumpOfPostgreSQLIsRestored() throws {
        let `operator` = Operator(folder: try TestServer.newFolder(), database: try Engine.postgres.url())
        defer { try? FileManager.default.removeItem(atPath: `operator`.folder) }
        func runWhatIsNamed(by command: String) throws {
            let output = try `operator`.run(command, "file").output
            let named = try #require(output.firstMatch(of: /run `(.*)`/)).1.replacing("FILE", with: "recipes.dump")
            let shell = try ChildProcess(
                "/bin/sh", ["-c", String(named)], environment: ["PATH": "/usr/bin:/bin"], folder: `operator`.folder)
            #expect(try shell.waitForExit() == 0, "\(shell.output)")
        }
        #expect(try `operator`.run("prestart").code == 0)
        try runWhatIsNamed(by: "backup")
        try `operator`.sql("INSERT INTO recipe (label) VALUES ('later'); DELETE FROM recipe WHERE id = 1")
        try runWhatIsNamed(by: "restore")
        #expect(try `operator`.sql("SELECT count(*), min(id), max(id) FROM recipe") == "3|1|3")
        #expect(try `operator`.run("check", "--database").code == 0)
        // Triggers and defaults are there again.
        let server = try TestServer(
            workers: 1, environment: ["DATABASE_URL": `operator`.database], folder: `operator`.folder)
        let posted = try server.ask("POST", "/api/v1/recipes/", fields: Self.json, body: Self.recipe("new"))
        #expect(posted.status == 201)
        #expect(posted.body.contains(#""id":4"#))
        #expect(try server.ask("/api/v1/recipes/search/?keyword=new").body.contains(#""id":4"#))
    }
}
