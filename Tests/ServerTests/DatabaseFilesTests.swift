import Foundation
import Testing

/// The files of the database under a running server.
@Suite(.serialized) struct DatabaseFilesTests {
    /// What each worker finds is in the log at this level; the master's lines stand for all of them.
    private static let environment = ["LOG_LEVEL": "debug"]
    private static let recipe = #"{"label":"Ramen","source":"Mum","url":"https://e.com/","submitter_id":1}"#

    private func post(_ server: TestServer, _ recipe: String = recipe) throws -> (status: Int, id: Int?) {
        let answer = try server.ask(
            "POST", "/api/v1/recipes/", fields: ["Content-Type: application/json"], body: recipe)
        return (answer.status, answer.body.firstMatch(of: /"id":(\d+)/).flatMap { Int($0.1) })
    }

    /// Creates so many recipes, however often the answer is a 503.
    private func create(_ count: Int, _ server: TestServer) throws -> [Int] {
        var ids: [Int] = []
        while ids.count < count {
            let (status, id) = try post(server)
            try #require(status == 201 || status == 503)
            if status == 201 { ids.append(try #require(id)) }
        }
        return ids
    }

    @Test(arguments: [["-wal"], ["-shm"], ["-wal", "-shm"]])
    func aLogThatIsRemovedLosesNothingThatWasAcknowledged(files: [String]) throws {
        let server = try TestServer(workers: 2, environment: Self.environment)
        var ids = try create(20, server)
        for file in files { #expect(unlink(server.folder + "/recipes.db" + file) == 0) }
        ids += try create(40, server)
        // Each worker says when it begins and when it ends.
        try server.master.wait(for: "both workers to be back") {
            $0.matches(of: /worker=\d.*recipes\.db-(wal|shm) was removed/).count == 2
                && $0.matches(of: /can be used again/).count == 2
        }
        #expect(try server.ask("/health/ready").status == 200)
        // The server says it once for both.
        try server.master.waitFor("health problem resolved")
        let problems = server.master.output.matches(of: /health problem: the database file \S* was removed/)
        #expect(problems.count == 1)
        kill(try #require(server.workers.first), SIGKILL)
        // It may have accepted a connection until then.
        try server.master.waitFor("worker exited: killed by SIGKILL")
        ids += try create(20, server)
        #expect(Set(ids) == Set(4...83))
        server.master.signal(SIGTERM)
        #expect(try server.master.waitForExit() == 0)

        let next = try TestServer(workers: 1, folder: server.folder)
        for id in ids { #expect(try next.ask("/api/v1/recipes/\(id)").status == 200) }
    }

    @Test func aRestoreByRenameIsTakenOver() throws {
        let server = try TestServer(workers: 2, environment: Self.environment)
        let other = try TestServer.newFolder()
        defer { try? FileManager.default.removeItem(atPath: other) }
        func run(_ command: [String], _ database: String) throws {
            let worker = try ChildProcess(
                BuildProducts.worker, command, environment: ["DATABASE_URL": "sqlite:///\(other)/\(database)"],
                folder: other)
            #expect(try worker.waitForExit() == 0, "\(worker.output)")
        }
        try run(["prestart"], "other.db")
        // Its rows are in its log; a restored file is whole.
        try run(["restore", "other.db"], "backup.db")
        #expect(try create(3, server) == [4, 5, 6])
        #expect(rename(other + "/backup.db", server.folder + "/recipes.db") == 0)
        try server.master.wait(for: "both workers to be back") {
            $0.matches(of: /worker=\d.* recipes\.db was replaced/).count == 2
                && $0.matches(of: /can be used again/).count == 2
        }
        for _ in 0..<8 { #expect(try server.ask("/api/v1/recipes/4").status == 404) }
        #expect(try create(3, server) == [4, 5, 6])
    }

    @Test func aRemovedDatabaseIsNoAnswerAndNoHangingReload() throws {
        let server = try TestServer(workers: 2, flags: ["--control", "control.sock"], environment: Self.environment)
        _ = try create(1, server)
        #expect(rename(server.folder + "/recipes.db", server.folder + "/away") == 0)
        try server.master.wait(for: "both workers to notice") {
            $0.matches(of: /worker=\d.* recipes\.db was moved or removed/).count == 2
        }
        #expect(try server.ask("/health/ready").status == 503)
        let problem = "recipes.db was moved or removed; requests get a 503 until it is back"
        try server.waitForStatus("both to say it") { status in
            status.healthProblems.count == 1 && status.healthProblems[0].workers == 2
                && status.healthProblems[0].problem.hasSuffix(problem)
        }
        #expect(try server.ask("/api/v1/recipes/1").status == 503)
        #expect(try server.ask("/api/v1/recipes/search/").status == 503)
        #expect(try post(server).status == 503)
        server.master.signal(SIGHUP)
        try server.master.waitFor("reload failed")
        #expect(try server.ask("/health/live").status == 200)
        #expect(rename(server.folder + "/away", server.folder + "/recipes.db") == 0)
        #expect(try create(1, server) == [5])
        try server.waitForStatus("the problem to end") { $0.healthProblems.isEmpty }
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/prlimit")))
    func aFileAtItsSizeLimitIsAFullDisk() throws {
        let server = try TestServer(workers: 2, environment: Self.environment)
        let workers = server.workers
        func limit(_ size: String) throws {
            for pid in workers {
                let prlimit = try ChildProcess(
                    "/usr/bin/prlimit", ["--pid", "\(pid)", "--fsize=\(size):"], environment: [:],
                    folder: server.folder)
                #expect(try prlimit.waitForExit() == 0)
            }
        }
        let large = Self.recipe.replacing("Ramen", with: String(repeating: "a", count: 60_000))
        try limit("100000")
        // One may fit in now and then, where a log begins anew.
        for _ in 0..<40 { #expect([201, 503].contains(try post(server, large).status)) }
        try server.master.wait(for: "both workers to say it") {
            $0.matches(of: /worker=\d.* cannot be written/).count == 2
        }
        #expect(try server.ask("/health/ready").status == 503)
        #expect(try server.ask("/api/v1/recipes/1").status == 200)
        try limit("unlimited")
        try server.master.wait(for: "both workers to be back") { $0.matches(of: /can be written again/).count == 2 }
        #expect(server.master.output.matches(of: /worker=\d.* cannot be written/).count == 2)
        #expect(try server.ask("/health/ready").status == 200)
        #expect(try post(server, large).status == 201)
        #expect(server.workers == workers)
    }

    /// A file system of two megabytes, which nobody else sees.
    @Test(.enabled(if: geteuid() == 0, "mounts a file system")) func aFullDiskIsSaidAndEnds() throws {
        let folder = try TestServer.newFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let program = folder + "/brigade"
        let script = """
            #!/bin/sh
            if [ -z "$MOUNTING" ]; then MOUNTING=1 exec unshare -m "$0" "$@"; fi
            unset MOUNTING
            mount -t tmpfs -o size=2m tmpfs "$PWD" && cd "$PWD" && exec \(BuildProducts.brigade) "$@"
            """
        try Data(script.utf8).write(to: URL(filePath: program))
        #expect(chmod(program, 0o755) == 0)
        let server = try TestServer(workers: 2, environment: Self.environment, program: program)
        let workers = server.workers
        let filler = "/proc/\(server.master.pid)/cwd/filler"
        let file = open(filler, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        try #require(file >= 0)
        let page = [UInt8](repeating: 1, count: 4096)
        while write(file, page, page.count) > 0 {}
        #expect(errno == ENOSPC)
        close(file)

        let large = Self.recipe.replacing("Ramen", with: String(repeating: "a", count: 60_000))
        var ids: [Int] = []
        for _ in 0..<40 {
            let (status, id) = try post(server, large)
            try #require(status == 201 || status == 503)
            if status == 201 { ids.append(try #require(id)) }
        }
        try server.master.wait(for: "both workers to say it") {
            $0.matches(of: /worker=\d.* the disk is full/).count == 2
        }
        #expect(try server.ask("/health/ready").status == 503)
        #expect(try server.ask("/api/v1/recipes/1").status == 200)
        #expect(unlink(filler) == 0)
        try server.master.wait(for: "both workers to be back") { $0.matches(of: /can be written again/).count == 2 }
        #expect(server.master.output.matches(of: /worker=\d.* the disk is full/).count == 2)
        ids.append(try #require(try post(server, large).id))
        for id in ids { #expect(try server.ask("/api/v1/recipes/\(id)").status == 200) }
        #expect(server.workers == workers)
    }
}
