import Foundation
import Synchronization
import Testing

@Suite(.serialized) struct ReplacementTests {
    @Test func aKilledWorkerIsReplacedAndTheOthersGoOn() throws {
        let server = try TestServer(workers: 2)
        let before = server.workers
        // A connection to each: the accept is even, once both accept. A worker is told to after the log calls it ready.
        try Machine.wait(for: "two workers that accept") { server.workers.allSatisfy(Machine.accepts) }
        let clients = [try server.client(), try server.client()]
        for client in clients { #expect(try client.ask("/health/live").status == 200) }

        let mark = server.master.mark
        kill(before[0], SIGKILL)
        try server.master.waitFor("SIGKILL", from: mark)
        let outcomes = clients.map { client in (try? client.ask("/health/live"))?.status }
        #expect(outcomes.filter { $0 == 200 }.count == 1, "only the killed worker's connection is lost")
        try server.master.waitFor("worker ready", from: mark)

        let after = server.workers
        #expect(after.count == 2)
        #expect(after.contains(before[1]))
        #expect(!after.contains(before[0]))
        #expect(try server.ask("/api/v1/recipes/1").status == 200)
    }

    @Test func aReloadReplacesEveryWorkerAndLosesNoRequest() throws {
        let server = try TestServer(workers: 2)
        let before = Set(server.workers)
        let load = Load(port: server.port, threads: 4)
        for _ in 0..<3 {
            let mark = server.master.mark
            try load.waitForMore(than: 50)
            server.master.signal(SIGHUP)
            try server.master.waitFor("reload complete", from: mark)
            try load.waitForMore(than: 50)
        }
        let outcome = load.stop()
        #expect(outcome.failures == [])
        #expect(outcome.answered >= 300)
        try server.master.wait(for: "the old workers' end") { _ in server.workers.count == 2 }
        #expect(before.isDisjoint(with: server.workers))
    }

    @Test func aReloadThatFailsLeavesTheOldWorkersServing() throws {
        let folder = try TestServer.newFolder()
        let worker = folder + "/worker"
        try FileManager.default.copyItem(atPath: BuildProducts.worker, toPath: worker)
        let server = try TestServer(workers: 2, flags: ["--worker", worker])
        let before = server.workers
        let load = Load(port: server.port, threads: 2)
        try FileManager.default.removeItem(atPath: worker)
        try Data("#!/bin/sh\n[ $1 = prestart ] || exit 9\n".utf8).write(to: URL(filePath: worker))
        chmod(worker, 0o755)
        let mark = server.master.mark
        server.master.signal(SIGHUP)
        try server.master.waitFor("reload failed", from: mark)
        try load.waitForMore(than: 50)
        #expect(load.stop().failures == [])
        #expect(Set(before).isSubset(of: server.workers))

        // A crash brings back the old build, though its path holds a broken one by now.
        let crash = server.master.mark
        kill(before[0], SIGKILL)
        try server.master.waitFor("worker ready", from: crash)
        #expect(try server.ask("/api/v1/recipes/1").status == 200)
    }

    @Test func ttinAddsAWorkerAndTtouTakesOneAway() throws {
        let server = try TestServer(workers: 1)
        var mark = server.master.mark
        server.master.signal(SIGTTIN)
        try server.master.waitFor("worker ready", from: mark)
        #expect(server.workers.count == 2)
        mark = server.master.mark
        server.master.signal(SIGTTOU)
        try server.master.waitFor("worker exited: drained", from: mark)
        #expect(server.workers.count == 1)
        // The last one stays.
        server.master.signal(SIGTTOU)
        #expect(try server.ask("/api/v1/recipes/1").status == 200)
        #expect(server.workers.count == 1)
    }

    @Test func theMasterHasOneThreadAndAWorkerOnlyTheDescriptorsThatAreItsOwn() throws {
        let server = try TestServer(workers: 1)
        #expect(Machine.threads(of: server.master.pid) == 1)
        let inherited = Machine.descriptors(of: server.workers[0]).filter { $0.key < 6 }
        #expect(inherited[0] == "/dev/null")
        #expect(inherited[1]?.hasPrefix("pipe:") == true)
        #expect(inherited[2] == inherited[1])
        #expect(inherited[3]?.hasPrefix("socket:") == true, "the listener")
        #expect(inherited[4]?.hasPrefix("socket:") == true, "the control channel")
        #expect(inherited[5]?.hasPrefix("/memfd:brigade-scoreboard") == true)
        // Nothing of the master's own: its epoll, signalfd, pidfds, the executable. The log is opened once more, so that
        // its mode is the worker's alone.
        let others = Machine.descriptors(of: server.workers[0]).filter { $0.key > 5 }.values
        #expect(
            !others.contains {
                $0.contains("pidfd") || $0.hasSuffix("/recipe-worker") || $0.hasPrefix("pipe:") && $0 != inherited[2]
            })
    }
}
