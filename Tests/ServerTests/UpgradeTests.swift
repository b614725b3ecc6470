import Foundation
import Testing

/// USR2: another build of the master takes over in the same process.
@Suite(.serialized) struct UpgradeTests {
    @Test(arguments: Server.Socket.allCases)
    func anUpgradeKeepsThePidTheSocketAndEveryRequest(socket: Server.Socket) throws {
        let server = try Server(faulty: 2, on: socket, flags: ["--pidfile", "pid"])
        let before = server.workers
        let load = Load(server.address, threads: 4) { _, _ in Load.Exchange(target: "/hello", words: "hello") }
        try load.waitForMore(than: 20)
        for _ in 0..<2 {
            let mark = server.master.mark
            server.master.signal(SIGUSR2)
            try server.master.waitFor("upgrade done", from: mark)
            try server.master.waitFor("reload done", from: mark)
            try load.waitForMore(than: 20)
        }
        let outcome = load.stop()
        #expect(outcome.failures == [], "\(outcome.summary)")
        try server.waitForStatus("settled") { $0.isSettled }
        #expect(Set(before).isDisjoint(with: server.workers), "its workers follow")
        #expect(Machine.threads(of: server.master.pid) == 1)
        let pidfile = try String(contentsOfFile: server.folder + "/pid", encoding: .utf8)
        #expect(pidfile == "\(server.master.pid)\n")
        #expect(try server.command("stop", "--wait").code == 0)
        #expect(try server.master.waitForExit() == 0)
        #expect(!FileManager.default.fileExists(atPath: server.folder + "/pid"))
    }

    @Test(arguments: Deployment.Wreck.allCases)
    func anUpgradeToABrokenBuildIsAbandonedAndTheNextOneIsNot(wreck: Deployment.Wreck) throws {
        let folder = try Server.newFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let program = try Deployment(of: Built.brigade, as: folder + "/brigade")
        let server = try Server(faulty: 2, program: program.path)
        let before = server.workers
        try program.wreck(wreck)
        var mark = server.master.mark
        server.master.signal(SIGUSR2)
        try server.master.waitFor("upgrade abandoned", from: mark)
        #expect(server.workers == before)
        #expect(try server.ask("/hello").body == "hello")
        #expect(try server.status().state == "serving")
        // A crash and a reload go as ever.
        mark = server.master.mark
        kill(before[0], SIGKILL)
        try server.master.waitFor("worker ready", from: mark)
        #expect(try server.command("reload", "--wait").code == 0)
        try program.restore()
        mark = server.master.mark
        server.master.signal(SIGUSR2)
        try server.master.waitFor("upgrade done", from: mark)
        try server.master.waitFor("reload done", from: mark)
        #expect(try server.ask("/hello").body == "hello")
    }

    @Test func aRequestThatIsInFlightDuringAnUpgradeIsAnswered() throws {
        let server = try Server(faulty: 1)
        let client = try server.client()
        try client.send("GET", "/sleep/1?ms=1500")
        try server.waitForStatus("a request in flight") { $0.workers.flatMap(\.inFlight).count == 1 }
        let mark = server.master.mark
        server.master.signal(SIGUSR2)
        try server.master.waitFor("reload done", from: mark)
        #expect(try client.answer().body == "slept")
    }

    @Test func aWorkerThatDiesWhileTheMasterIsReplacedIsReplacedToo() throws {
        let server = try Server(faulty: 3)
        for _ in 0..<3 {
            let mark = server.master.mark
            let victim = try #require(server.workers.first)
            server.master.signal(SIGUSR2)
            kill(victim, SIGKILL)
            try server.master.waitFor("upgrade done", from: mark)
            let after = try server.waitForStatus("settled") { $0.isSettled }
            #expect(after.ready.count == 3)
            #expect(!after.workers.contains { $0.pid == victim })
        }
    }
}
