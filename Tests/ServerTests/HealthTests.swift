import Foundation
import Testing

/// What a worker says is wrong with it: the operator hears of it once.
@Suite(.serialized) struct HealthTests {
    @Test func aProblemOfAllWorkersIsOneLineWhenItBeginsAndOneWhenItEnds() throws {
        let server = try TestServer(faulty: 2)
        let mark = server.master.mark
        try tell("sick", each: server) { status in
            status.healthProblems.count == 1 && status.healthProblems[0].workers == 2
        }
        let status = try server.status()
        #expect(status.healthProblems[0].problem == #"the disk is full\n\u{1b}[2J"#)
        #expect(status.isSettled, "it is the application's own affair otherwise")
        let text = try server.command("status").output
        #expect(text.contains("health problem of 2 workers: the disk is full"), "\(text)")
        // One that is replaced meanwhile, and an upgrade, change nothing about it.
        server.master.signal(SIGUSR2)
        try server.master.waitFor("upgrade complete", from: mark)
        #expect(server.master.lines(with: "health problem: the disk is full", from: mark).count == 1)
        try server.master.waitFor("reload complete", from: mark)
        try server.waitForStatus("well") { $0.healthProblems.isEmpty }
        try server.master.waitFor("health problem resolved", from: mark)
        #expect(server.master.lines(with: "health problem", from: mark).count == 2)
    }

    @Test func aWorkerThatIsWellAgainSaysSo() throws {
        let server = try TestServer(faulty: 1)
        let mark = server.master.mark
        for _ in 0..<3 {
            #expect(try server.ask("/sick").body == "sick")
            #expect(try server.ask("/well").body == "well")
        }
        #expect(try server.ask("/sick").body == "sick")
        try server.waitForStatus("sick") { !$0.healthProblems.isEmpty }
        #expect(try server.ask("/well").body == "well")
        try server.waitForStatus("well") { $0.healthProblems.isEmpty }
        try server.master.waitFor("health problem resolved", from: mark)
        #expect(server.master.lines(with: "health problem:", from: mark).count == 1)
    }

    /// Asks until the status is as wanted: who takes a connection is the workers' choice.
    private func tell(_ target: String, each server: TestServer, until isThere: (StatusReply) -> Bool) throws {
        var clients: [Client] = []
        let end = ContinuousClock.now + ChildProcess.patience
        while ContinuousClock.now < end {
            let client = try server.client()
            #expect(try client.ask("GET", "/\(target)").status == 200)
            clients.append(client)
            if isThere(try server.status()) { return }
        }
        Issue.record("not all workers could be told")
    }
}
