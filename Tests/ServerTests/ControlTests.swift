import Foundation
import Testing

/// The control socket, and the commands that speak to it.
@Suite(.serialized) struct ControlTests {
    private static func server(workers: Int = 2, flags: [String] = []) throws -> (server: TestServer, path: String) {
        let path = try TestServer.newFolder() + "/control"
        return (try TestServer(workers: workers, flags: ["--control", path] + flags), path)
    }

    /// The command's exit code, and what it said.
    private static func run(_ arguments: [String]) throws -> (code: Int32, said: String) {
        let command = try ChildProcess(
            BuildProducts.brigade, arguments, environment: ["PATH": "/usr/bin:/bin"], folder: "/")
        let code = try command.waitForExit()
        return (code, command.output)
    }

    @Test func statusSaysHowTheServerIs() throws {
        let (server, path) = try Self.server()
        for _ in 0..<5 { _ = try server.ask("/api/v1/recipes/1") }
        let text = try Self.run(["status", "--control", path])
        #expect(text.code == 0)
        #expect(text.said.contains("serving: 2 of 2 workers ready, generation 1"))
        let json = try Self.run(["status", "--json", "--control", path])
        let status = try #require(
            JSONSerialization.jsonObject(with: Data(json.said.utf8)) as? [String: Any])
        #expect(status["state"] as? String == "serving")
        #expect(status["requests"] as? Int == 5)
        let pids = (status["workers"] as? [[String: Any]])?.compactMap { ($0["pid"] as? Int).map(pid_t.init) }
        #expect(pids?.sorted() == server.workers)
    }

    @Test func scaleComesBackWhenThatManyAreReady() throws {
        let (server, path) = try Self.server()
        #expect(try Self.run(["scale", "4", "--control", path]).code == 0)
        #expect(server.workers.count == 4)
        #expect(try Self.run(["scale", "1", "--control", path]).code == 0)
        let refused = try Self.run(["scale", "0", "--control", path])
        #expect(refused.code == 1)
    }

    @Test func reloadSaysWhatCameOfIt() throws {
        let folder = try TestServer.newFolder()
        let worker = folder + "/worker"
        try FileManager.default.copyItem(atPath: BuildProducts.worker, toPath: worker)
        let (server, path) = try Self.server(flags: ["--worker", worker])
        let before = server.workers
        let done = try Self.run(["reload", "--wait", "--control", path])
        #expect(done.code == 0)
        #expect(done.said.contains("reload complete"))
        try server.master.wait(for: "the old workers' end") { _ in server.workers.count == 2 }
        #expect(Set(before).isDisjoint(with: server.workers))

        try FileManager.default.removeItem(atPath: worker)
        let abandoned = try Self.run(["reload", "--wait", "--control", path])
        #expect(abandoned.code == 1)
        #expect(abandoned.said.contains("reload failed") && abandoned.said.contains("no such file"))
        #expect(try Self.run(["status", "--control", path]).said.contains("last reload failed"))
    }

    @Test func aReloadPutsAControlSocketBackThatSomebodyHasRemoved() throws {
        let (server, path) = try Self.server(workers: 1)
        try FileManager.default.removeItem(atPath: path)
        #expect(try Self.run(["status", "--control", path]).code == 1)
        server.master.signal(SIGHUP)
        try server.master.waitFor("reload complete")
        #expect(try Self.run(["status", "--control", path]).said.contains("serving: 1 of 1 workers ready"))
        #expect(try Self.run(["stop", "--wait", "--control", path]).code == 0)
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func stopComesBackWhenTheServerIsGone() throws {
        let (server, path) = try Self.server()
        let stopped = try Self.run(["stop", "--wait", "--control", path])
        #expect(stopped.code == 0)
        #expect(!FileManager.default.fileExists(atPath: path))
        #expect(try server.master.waitForExit() == 0)
        let nobody = try Self.run(["status", "--control", path])
        #expect(nobody.code == 1)
        #expect(nobody.said.contains("no server answers"))
    }
}
