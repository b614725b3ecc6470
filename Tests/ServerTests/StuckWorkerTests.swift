import Foundation
import Testing

/// Workers that live, and serve nobody.
@Suite(.serialized) struct StuckWorkerTests {
    @Test func aWorkerThatSpinsIsAbortedWithItsStackInTheLogAndReplaced() throws {
        let server = try TestServer(faulty: 2, flags: ["--worker-timeout", "2s"])
        let victim = try server.client()
        try victim.send("GET", "/spin/7?secret=1")
        // Its accept thread waits in accept4 already, and takes one more connection before it waits for its loop.
        try server.waitForStatus("the spin") { $0.workers.contains { !$0.inFlight.isEmpty } }
        var taken: [Client] = []
        while try connections(ofTheSpinning: server) < 2, taken.count < 64 { taken.append(try server.client()) }
        for _ in 0..<8 { #expect(try server.ask("/hello").body == "hello", "the other one serves") }
        try server.master.waitFor("worker is stuck")
        #expect(try server.ask("/hello").body == "hello", "the other one serves")
        withExtendedLifetime(taken) {}
        try server.master.waitFor("GET /spin/7")
        #expect(throws: (any Error).self) { try victim.answer() }
        try server.waitForStatus("settled") { $0.isSettled }
        let log = server.master.output
        #expect(log.contains("FaultyApplication"), "where it spins")
        #expect(server.master.lines(with: "in flight", "GET /spin/7,").count == 1)
        #expect(!log.contains("secret"))
    }

    private func connections(ofTheSpinning server: TestServer) throws -> Int {
        try server.status().workers.first { !$0.inFlight.isEmpty }?.connections ?? 0
    }

    @Test func aStoppedWorkerIsKilledAndReplacedAndTheOthersAcceptAtOnce() throws {
        let server = try TestServer(faulty: 2, flags: ["--worker-timeout", "3s"])
        let stopped = server.workers[0]
        Machine.stop(stopped)
        var waits: [Duration] = try (0..<40).map { _ in
            let began = ContinuousClock.now
            let answer = try server.ask("/hello")
            #expect(answer.body == "hello")
            return ContinuousClock.now - began
        }
        waits.sort()
        #expect(waits[waits.count / 2] < .milliseconds(50))
        #expect(waits[waits.count - 1] < .milliseconds(500), "the machine may be busy")
        let mark = server.master.mark
        try server.master.waitFor("worker is stuck")
        try server.master.waitFor("worker ready", from: mark)
        #expect(!server.workers.contains(stopped))
        #expect(try server.waitForStatus("settled") { $0.isSettled }.ready.count == 2)
    }

    @Test func aWorkerWhoseBlockingThreadsStayBeyondTheirRequestsDeadlinesIsReplaced() throws {
        let server = try TestServer(
            faulty: 2,
            flags: ["--worker-timeout", "2s", "--blocking-threads", "2", "--request-timeout", "1s"])
        let client = try server.client()
        let pid = try client.ask("/pid").body
        // Pipelined requests are answered in turn: each of these needs a connection to that one worker.
        var stuck: [Client] = []
        // Kept open: a worker that has fewer connections takes the next one sooner.
        var elsewhere: [Client] = []
        while stuck.count < 3 {
            let other = try server.client()
            if try other.ask("/pid").body == pid { stuck.append(other) } else { elsewhere.append(other) }
        }
        for other in stuck { try other.send("GET", "/block/\(pid)") }
        try withExtendedLifetime(elsewhere) { try server.master.waitFor("worker is stuck") }
        try server.master.waitFor("worker exited")
        try server.waitForStatus("settled") { $0.isSettled && !$0.ready.contains { "\($0.pid ?? 0)" == pid } }
        #expect(server.master.output.contains("past request-timeout"))
        #expect(!server.master.lines(with: "requests wait for blocking threads", "held_by=block:2").isEmpty)
        for other in stuck { #expect(try other.answer().status == 503) }
    }

    @Test func blockingThreadsThatTakeLongerThanAWorkerMayAreBusyAndNotStuck() throws {
        let server = try TestServer(faulty: 1, flags: ["--worker-timeout", "2s", "--blocking-threads", "4"])
        let before = server.workers
        // Three may have the operation's share, two of each three wait.
        let clients = try (0..<5).map { _ in try server.client() }
        for client in clients { try client.send("GET", "/nap?ms=7000") }
        try server.master.waitFor("requests wait for blocking threads")
        let line = server.master.lines(with: "requests wait for blocking threads")[0]
        #expect(line.contains("operation=nap") && line.contains("waiting=2") && line.contains("held_by=nap:3"))
        #expect(line.contains("warning"))
        for client in clients { #expect(try client.answer().body == "napped") }
        try server.master.waitFor("blocking threads make progress again")
        #expect(server.workers == before)
        #expect(server.master.lines(with: "requests wait for blocking threads").count <= 2)
    }

    @Test func blockingThreadsThatAreBusyAndMoveOnAreNotStuck() throws {
        let server = try TestServer(faulty: 1, flags: ["--worker-timeout", "2s", "--blocking-threads", "1"])
        let before = server.workers
        let load = Load(server.address, threads: 4) { _, _ in Load.Exchange(target: "/nap?ms=100", words: "napped") }
        try load.waitForMore(than: 40)
        #expect(load.stop().failures == [])
        #expect(server.workers == before)
    }

    @Test func aWorkerThatIsIdleIsNotStuck() throws {
        let server = try TestServer(faulty: 4, flags: ["--worker-timeout", "500ms"])
        #expect(try server.master.keeps(from: "stuck", from: 0, for: .seconds(4)))
    }

    @Test func aWorkerThatHearsNothingIsKilledAfterItsGraceInAReload() throws {
        let server = try TestServer(
            faulty: 1, flags: ["--graceful-timeout", "500ms"], environment: ["FAULT": "deaf"])
        let deaf = server.workers[0]
        try server.mendNextWorker()
        #expect(try server.command("reload", "--wait").code == 0)
        try Machine.waitForEnd(of: deaf)
        #expect(try server.ask("/hello").body == "hello")
        try server.master.waitFor("killed by this master")
    }

    @Test func aWorkerThatHearsNothingDoesNotKeepTheServerFromStopping() throws {
        let server = try TestServer(faulty: 2, flags: ["--graceful-timeout", "500ms"], environment: ["FAULT": "deaf"])
        let workers = server.workers
        let began = ContinuousClock.now
        server.master.signal(SIGTERM)
        #expect(try server.master.waitForExit() == 0)
        #expect(ContinuousClock.now - began < .seconds(6), "0.5 s to drain, 2 s to stop")
        for worker in workers { try Machine.waitForEnd(of: worker) }
    }

    @Test func aRequestThatTakesTooLongIsAnsweredAndTheWorkerGoesOn() throws {
        let server = try TestServer(faulty: 1, flags: ["--request-timeout", "300ms"])
        let before = server.workers
        #expect(try server.ask("/sleep?ms=60000").status == 503)
        #expect(try server.ask("/nap?ms=1500").status == 503)
        #expect(try server.ask("/hello").body == "hello")
        #expect(server.workers == before)
    }
}
