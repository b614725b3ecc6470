import Foundation
import Testing

@Suite(.serialized) struct PrestartTests {
    @Test func twoPrestartsAtOnceDoNotSeedTwice() throws {
        let folder = try TestServer.newFolder()
        let environment = ["DATABASE_URL": "sqlite:///recipes.db"]
        for _ in 0..<3 {
            let both = try (0..<2).map { _ in
                try ChildProcess(BuildProducts.worker, ["prestart"], environment: environment, folder: folder)
            }
            for one in both { #expect(try one.waitForExit() == 0, "\(one.output)") }
        }
        let port = try Machine.freePort()
        let master = try TestServer.start(in: folder, ["--bind", "127.0.0.1:\(port)", "--workers", "1"])
        try master.waitFor("worker ready")
        let answer = try Client(port: port).ask("/api/v1/recipes/search/?max_results=100")
        #expect(answer.body.matches(of: /"id":/).count == 3)
    }

    @Test func aReloadWhosePrestartHangsIsAbandonedAndStatusNamesItMeanwhile() throws {
        let folder = try TestServer.newFolder()
        func limit(_ time: String) throws {
            try Data("PRESTART_TIMEOUT=\(time)\n".utf8).write(to: URL(filePath: folder + "/env"))
        }
        try limit("60s")
        let server = try TestServer(faulty: 2, flags: ["--env-file", "env"], folder: folder)
        let before = server.workers
        #expect(try server.status().prestart == nil)
        try server.breakNextWorker("prestart-silent")
        try limit("2s")
        server.master.signal(SIGHUP)
        let status = try server.waitForStatus("with a prestart") { $0.prestart != nil }
        let prestart = try #require(status.prestart)
        #expect(prestart.generation == 2)
        #expect(Machine.children(of: server.master.pid).contains(prestart.pid))
        #expect(
            try server.command("status").output.contains("prestart of generation 2 is running: pid \(prestart.pid), "))
        let (code, output) = try server.command("reload", "--wait")
        #expect(code == 1)
        #expect(output.contains("reload failed: the prestart took longer than --prestart-timeout"), "\(output)")
        #expect(try server.waitForStatus("settled") { $0.isSettled }.workers.compactMap(\.pid).sorted() == before)
        try server.mendNextWorker()
        #expect(try server.command("reload", "--wait").code == 0)
    }

    @Test func aRowThatAClientHasSeenSurvivesTheDeathOfEveryProcess() throws {
        let server = try TestServer(workers: 2)
        let recipe = #"{"label":"Ramen","source":"Mum","url":"https://e.com/","submitter_id":1}"#
        let created = try server.ask(
            "POST", "/api/v1/recipes/", fields: ["Content-Type: application/json"], body: recipe)
        #expect(created.status == 201)
        for pid in server.workers + [server.master.pid] { kill(pid, SIGKILL) }
        _ = try server.master.waitForExit()
        let port = try Machine.freePort()
        let next = try TestServer.start(in: server.folder, ["--bind", "127.0.0.1:\(port)", "--workers", "1"])
        try next.waitFor("worker ready")
        #expect(try Client(port: port).ask("/api/v1/recipes/4").body == created.body)
    }
}
