import Foundation
import Testing

/// Commands that look into the workers of a running server, and change them one by one.
@Suite(.serialized) struct ControlCommandsTests {
    private func json(_ text: String) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
    }

    @Test func inflightNamesTheRequestsOfAllWorkersTheOldestFirst() throws {
        let server = try TestServer(faulty: 2)
        #expect(try server.command("inflight").output == "no requests in flight\n")
        var clients: [Client] = []
        for number in 0..<4 {
            let client = try server.client()
            try client.send("GET", "/sleep/\(number)?ms=60000&secret=1")
            clients.append(client)
            try server.waitForStatus("\(number) in flight") { $0.workers.map(\.inFlight.count).reduce(0, +) > number }
        }
        let text = try server.command("inflight").output
        #expect(
            text.split(separator: "\n").map { $0.contains("/sleep/") } == [false, true, true, true, true], "\(text)")
        #expect(!text.contains("secret"))
        let report = try json(server.command("inflight", "--json", "--limit", "3").output)
        let requests = try #require(report["requests"] as? [[String: Any]])
        #expect(requests.compactMap { $0["target"] as? String } == ["/sleep/0", "/sleep/1", "/sleep/2"])
        #expect(report["others"] as? Int == 1)
        #expect(requests.allSatisfy { $0["worker"] is Int && ($0["id"] as? String)?.isEmpty == false })
        withExtendedLifetime(clients) {}
    }

    @Test func statusKnowsTheBlockingPoolAndTheQueue() throws {
        let server = try TestServer(faulty: 1, flags: ["--blocking-threads", "4"])
        let clients = try (0..<5).map { _ in try server.client() }
        for client in clients { try client.send("GET", "/block/1") }
        func pool() throws -> [String: Int] {
            try json(server.command("status", "--json").output)["blocking_pool"] as? [String: Int] ?? [:]
        }
        try Machine.wait(for: "busy threads") { (try? pool()["busy"]) ?? 0 == 4 && (try? pool()["queued"]) ?? 0 == 1 }
        let text = try server.command("status").output
        #expect(text.contains("4 busy, 1 queued") && text.contains("accept queue: 0 of "), "\(text)")
        withExtendedLifetime(clients) {}
    }

    @Test func aDrainedWorkerIsReplacedAndLosesNoRequest() throws {
        let server = try TestServer(faulty: 2)
        let before = try server.status().workers
        let load = Load(server.address, threads: 2) { _, _ in Load.Exchange(target: "/hello", words: "hello") }
        try load.waitForMore(than: 20)
        let (code, output) = try server.command("workers", "drain", "1", "--wait")
        #expect(code == 0, "\(output)")
        #expect(output == "worker 1 of generation 1 has drained and is replaced\n")
        #expect(load.stop().failures == [])
        let after = try server.waitForStatus("settled") { $0.isSettled }.workers
        #expect(after.map(\.slot) == [2, 3])
        #expect(after.first?.pid == before.last?.pid, "the other one stays")
        let unknown = try server.command("workers", "drain", "1")
        #expect(unknown.code == 1)
        #expect(unknown.output.contains("there is no worker 1; the workers are 2, 3"), "\(unknown.output)")
    }

    @Test func aWorkerStaysIfItsReplacementDoesNotBecomeReady() throws {
        let server = try TestServer(faulty: 1)
        let before = server.workers
        try server.breakNextWorker("exit:3")
        let (code, output) = try server.command("workers", "drain", "1", "--wait", "--json")
        #expect(code == 1)
        let reply = try json(output)
        #expect(reply["ok"] as? Bool == false)
        #expect((reply["error"] as? String)?.contains("worker 1 serves until then") == true, "\(output)")
        #expect(server.workers.contains(before[0]))
        try server.mendNextWorker()
    }

    @Test func theLogLevelIsThatOfAllProcessesUntilTheNextReload() throws {
        let server = try TestServer(faulty: 2)
        try server.master.waitFor("ready: 2 workers")
        #expect(try server.command("log-level", "error").output == "the log level is error until the next reload\n")
        var mark = server.master.mark
        // The worker that starts for it does not speak either.
        #expect(try server.command("workers", "drain", "1", "--wait").code == 0)
        #expect(try server.command("workers", "drain", "3", "--wait").code == 0)
        #expect(server.master.lines(with: "info", from: mark) == [])
        #expect(try server.command("log-level", "INFO").code == 0)
        mark = server.master.mark
        #expect(try server.command("workers", "drain", "2", "--wait").code == 0)
        try server.master.waitFor("draining: waiting for in-flight requests", from: mark)
        try server.master.waitFor("worker exited: drained", from: mark)
        #expect(try server.command("log-level", "critical").code == 0)
        #expect(try server.command("reload", "--wait").code == 0)
        mark = server.master.mark
        #expect(try server.command("reload", "--wait").code == 0)
        try server.master.waitFor("reload complete", from: mark)
        try server.master.waitFor("draining: waiting for in-flight requests", from: mark)
    }

    @Test func theStacksOfAWorkerWhoseLoopIsBlockedComeBackAndItLivesOn() throws {
        let server = try TestServer(faulty: 1)
        let pid = server.workers
        let client = try server.client()
        try client.send("GET", "/spin/7")
        try server.waitForStatus("the spin") { !$0.workers[0].inFlight.isEmpty }
        let (code, text) = try server.command("stacks", "1")
        #expect(code == 0)
        #expect(text.hasPrefix("worker 1 of generation 1, pid \(pid[0])\nthread \(pid[0]) "), "\(text)")
        #expect(text.contains("FaultyApplication"), "where it spins: \(text)")
        #expect(text.contains("\"accept\""), "the other threads: \(text)")
        #expect(!text.contains("the rest has not come"))
        let report = try json(server.command("stacks", "1", "--json").output)
        let threads = try #require(report["threads"] as? [[String: Any]])
        #expect(threads.count == Machine.threads(of: pid[0]))
        #expect(report["complete"] as? Bool == true)
        #expect(server.workers == pid)
        #expect(!server.master.output.contains("worker exited"))
    }

    @Test func askingForStacksHarmsNoRequest() throws {
        let server = try TestServer(faulty: 1, flags: ["--blocking-threads", "4"])
        let load = Load(server.address, threads: 4) { _, index in
            Load.Exchange(target: index % 2 == 0 ? "/empty" : "/hello", words: "hello")
        }
        for _ in 0..<20 { #expect(try server.command("stacks", "1").code == 0) }
        #expect(load.stop().failures == [])
        #expect(!server.master.output.contains("worker exited"))
    }

    @Test func aWorkerThatIsStoppedIsNotWaitedForLong() throws {
        let server = try TestServer(faulty: 2)
        let victim = try #require(try server.status().workers.first?.pid)
        Machine.stop(victim)
        defer { kill(victim, SIGCONT) }
        let stacks = try server.command("stacks", "1")
        #expect(stacks.code == 1)
        #expect(stacks.output.contains("kill -CONT \(victim)"), "\(stacks.output)")
        #expect(try server.command("stacks", "9").output.contains("there is no worker 9; the workers are 1, 2"))
    }

    /// A worker is any program that speaks the protocol: the signal would end one that has no handler for it.
    @Test func aWorkerThatIgnoresOrdersIsNotHarmed() throws {
        let server = try TestServer(faulty: 1)
        let pid = server.workers[0]
        // Not from its master: nothing happens.
        kill(pid, SIGUSR2)
        #expect(try server.ask("/hello").body == "hello")
        #expect(server.workers == [pid])
    }

    @Test func everyCommandHasAResultForAProgram() throws {
        let server = try TestServer(faulty: 1)
        let scaled = try json(server.command("scale", "2", "--json").output)
        #expect(scaled["ok"] as? Bool == true && scaled["result"] as? String == "2 workers are ready")
        let reloaded = try json(server.command("reload", "--wait", "--json").output)
        #expect((reloaded["result"] as? String)?.hasPrefix("reload complete") == true)
        let level = try json(server.command("log-level", "debug", "--json").output)
        #expect(level["ok"] as? Bool == true)
        let refused = try server.command("scale", "0", "--json")
        #expect(refused.code == 1)
        #expect(try json(refused.output)["error"] as? String == "give 1 to 256 workers; the number stays 2")
        let stopped = try json(server.command("stop", "--wait", "--json").output)
        #expect(stopped["ok"] as? Bool == true)
        let nobody = try server.command("status", "--json")
        #expect(nobody.code == 1)
        #expect(try json(nobody.output)["ok"] as? Bool == false)
    }
}
