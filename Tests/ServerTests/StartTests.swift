import Foundation
import Testing

/// What a person sees who starts it wrongly: one line that names the thing and what to do, the right exit code, and
/// nothing left behind.
@Suite(.serialized) struct StartTests {
    @Test func aPortInUseIsNamed() throws {
        let server = try TestServer(workers: 1)
        let other = try TestServer.start(in: server.folder, ["--bind", "127.0.0.1:\(server.port)"])
        #expect(try other.waitForExit() == 2)
        #expect(other.output.contains("127.0.0.1:\(server.port)"))
        #expect(other.output.contains("another server listens there"))
        #expect(try server.ask("/api/v1/recipes/1").status == 200)
    }

    @Test func anUnknownFlagIsNamed() throws {
        let master = try TestServer.start(in: try TestServer.newFolder(), ["--wrokers", "2"])
        #expect(try master.waitForExit() == 1)
        #expect(master.output.contains("--wrokers"))
    }

    @Test func aBadValueIsNamedWithItsSource() throws {
        let folder = try TestServer.newFolder()
        let flag = try TestServer.start(in: folder, ["--keep-alive", "soon"])
        #expect(try flag.waitForExit() == 1)
        #expect(flag.output.contains("--keep-alive: invalid value 'soon'"))
        let variable = try TestServer.start(in: folder, [], ["BRIGADE_UMASK": "lots"])
        #expect(try variable.waitForExit() == 1)
        #expect(variable.output.contains("BRIGADE_UMASK in the environment: invalid value 'lots'"))
    }

    /// What `serve` would find only when it has begun.
    @Test(arguments: [
        ("DATABASE_URL", "postgres://db/recipes?ssl=1", #"invalid URI query parameter: "ssl""#),
        (
            "DATABASE_URL", "sqlite:////nowhere/r.db",
            "the database /nowhere/r.db cannot be opened: its directory /nowhere"
        ),
        ("DOCS_ASSETS", "/nowhere", "DOCS_ASSETS: /nowhere/"), ("SSL_CERT_FILE", "/nowhere.pem", "SSL_CERT_FILE"),
    ])
    func checkFindsWhatTheApplicationWouldNotTake(variable: String, value: String, message: String) throws {
        let folder = try TestServer.newFolder()
        func check(_ environment: [String: String]) throws -> ChildProcess {
            let command = try ChildProcess(
                BuildProducts.brigade, ["check", "--worker", BuildProducts.worker, "--workers", "2"],
                environment: environment.merging(["PATH": "/usr/bin:/bin"]) { $1 }, folder: folder)
            _ = try command.waitForExit()
            return command
        }
        let fine = try check([:])
        #expect(try fine.waitForExit() == 0)
        #expect(fine.output == "settings are valid: 2 workers of \(BuildProducts.worker)\n")
        let refused = try check([variable: value])
        #expect(try refused.waitForExit() == 1)
        #expect(refused.output.contains(" critical check pid="))
        #expect(refused.output.contains(message))
        #expect(refused.output.contains("brigade: '\(BuildProducts.worker) check' failed: exit code 1"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.contains(".db") } == [])
    }

    @Test func aNumberOfSocketsThatIsNoneIsNamed() throws {
        let folder = try TestServer.newFolder()
        // A shell knows its own pid, and keeps it when it becomes the server.
        for count in ["2147483647", "-1", "many"] {
            let master = try ChildProcess(
                "/bin/sh", ["-c", "LISTEN_PID=$$ LISTEN_FDS=\(count) exec \"$0\" serve", BuildProducts.brigade],
                environment: ["PATH": "/usr/bin:/bin"], folder: folder)
            #expect(try master.waitForExit() == 2)
            #expect(master.output.contains("LISTEN_FDS in the environment: '\(count)'"))
        }
    }

    @Test func aWorkerThatIsAPipeIsNamed() throws {
        let folder = try TestServer.newFolder()
        #expect(mkfifo(folder + "/worker", 0o755) == 0)
        let master = try TestServer.start(in: folder, ["--bind", "127.0.0.1:0", "--worker", folder + "/worker"])
        #expect(try master.waitForExit() == 1)
        #expect(master.output.contains("/worker: it is not a regular file"))
    }

    @Test func aMissingWorkerIsNamed() throws {
        let port = try Machine.freePort()
        let master = try TestServer.start(
            in: try TestServer.newFolder(), ["--bind", "127.0.0.1:\(port)", "--worker", "/nowhere/worker"])
        #expect(try master.waitForExit() == 1)
        #expect(master.output.contains("/nowhere/worker"))
        #expect(throws: Client.Failure.refused) { try Client(port: port) }
    }

    @Test(arguments: [
        ("mysql://localhost/recipes", "DATABASE_URL: mysql is not a supported database", 1),
        ("recipes.db", "DATABASE_URL: ", 1),
        ("sqlite:///", "DATABASE_URL: ", 1), ("sqlite:////nowhere/at/all/recipes.db", "/nowhere/at/all", 5),
        ("sqlite:////proc", "/proc", 5),
    ])
    func aBadDatabaseIsNamed(url: String, words: String, code: Int32) throws {
        let folder = try TestServer.newFolder()
        let master = try TestServer.start(in: folder, ["--bind", "127.0.0.1:0"], ["DATABASE_URL": url])
        #expect(try master.waitForExit() == code)
        #expect(master.output.contains(words))
        let alone = try TestServer.start(in: folder, ["--bind", "127.0.0.1:0", "--no-prestart"], ["DATABASE_URL": url])
        #expect(try alone.waitForExit() == 4)
        #expect(alone.output.contains(words))
    }

    @Test func aFileThatIsNoDatabaseIsNamedAndKept() throws {
        let folder = try TestServer.newFolder()
        let file = folder + "/recipes.db"
        let text = Data(String(repeating: "My recipes, in prose. ", count: 100).utf8)
        try text.write(to: URL(filePath: file))
        let master = try TestServer.start(in: folder, ["--bind", "127.0.0.1:0"])
        #expect(try master.waitForExit() == 5)
        #expect(master.output.contains("recipes.db"))
        #expect(try Data(contentsOf: URL(filePath: file)) == text)
    }

    @Test func workersThatNeverBecomeReadyEndTheServer() throws {
        let folder = try TestServer.newFolder()
        let worker = folder + "/worker"
        try Data("#!/bin/sh\nexit 3\n".utf8).write(to: URL(filePath: worker))
        chmod(worker, 0o755)
        let master = try TestServer.start(
            in: folder, ["--bind", "127.0.0.1:0", "--workers", "4", "--worker", worker, "--no-prestart"])
        #expect(try master.waitForExit() == 3)
    }
}
