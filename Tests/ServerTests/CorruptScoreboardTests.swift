import Foundation
import Testing

/// Workers that write false values to the scoreboard: the master clamps them.
@Suite(.serialized) struct CorruptScoreboardTests {
    @Test func whatAWorkerFalselyReportsIsBoundedAndDoesNotKeepItAlive() throws {
        let server = try TestServer(faulty: 2, flags: ["--worker-timeout", "4", "--max-connections", "300"])
        try server.breakNextWorker("liar")
        let mark = server.master.mark
        kill(server.workers[0], SIGKILL)
        try server.master.waitFor("worker ready", from: mark)
        try server.mendNextWorker()
        let status = try server.waitForStatus("lies") { $0.workers.contains { !$0.inFlight.isEmpty } }
        let liar = try #require(status.workers.first { !$0.inFlight.isEmpty })
        #expect((0...301).contains(liar.connections))
        #expect(liar.requests >= 0 && liar.requests < 100_000_000)
        #expect(liar.inFlight.count == 100)
        for request in liar.inFlight {
            #expect(request.target.utf8.allSatisfy { (0x21...0x7e).contains($0) }, "\(request.target)")
        }
        let text = try server.command("status").output
        #expect(text.utf8.allSatisfy { (0x20...0x7e).contains($0) || $0 == 0x0a }, "\(text)")
        for _ in 0..<20 { #expect(try server.ask("/hello").status == 200) }

        // A tick of years to come is no sign of life; and its end is told in a few lines.
        try server.master.waitFor("worker exited: its loop has stood still", from: mark)
        try server.waitForStatus("settled") { $0.isSettled }
        let lines = server.master.lines(with: "in flight", "pid=\(liar.pid ?? 0)", from: mark)
        #expect((1...21).contains(lines.count), "\(lines.count) lines")
        #expect(lines.last?.contains("more") == true, "\(lines.last ?? "")")
        #expect(lines.allSatisfy { $0.utf8.allSatisfy { (0x20...0x7e).contains($0) } })
        #expect(try server.ask("/hello").status == 200)
    }

    @Test func aWorkerThatFloodsItsMasterIsHeardNowAndThenAndTheLogSaysSoOnce() throws {
        let server = try TestServer(faulty: 2)
        let before = server.workers
        let mark = server.master.mark
        #expect(try server.ask("/flood").body == "flooding")
        try server.master.waitFor("reads at most", from: mark)
        let began = Machine.processorTime(of: server.master.pid)
        let start = ContinuousClock.now
        for _ in 0..<10 {
            #expect(try server.status().isSettled)
            #expect(try server.ask("/hello").status == 200)
        }
        // Until it has been heard again and again.
        try Machine.wait(for: "three seconds") { ContinuousClock.now - start > .seconds(3) }
        let share = Machine.processorTime(of: server.master.pid) - began
        #expect(share < (ContinuousClock.now - start) / 4, "the master is not kept busy: \(share)")
        #expect(server.master.lines(with: "reads at most", from: mark).count == 1)
        #expect(server.workers == before, "it serves on")
        // And it can be replaced like any other.
        #expect(try server.command("reload", "--wait").code == 0)
        try server.waitForStatus("settled") { $0.isSettled }
        #expect(Set(before).isDisjoint(with: server.workers))
    }
}
