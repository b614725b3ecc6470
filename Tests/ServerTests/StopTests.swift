import Foundation
import Testing

@Suite(.serialized) struct StopTests {
    @Test func termLetsASlowRequestFinishAndExitsZero() throws {
        let upstream = try Upstream()
        let server = try TestServer(environment: ["REDDIT_BASE_URL": upstream.url])
        let workers = server.workers
        let client = try server.client()
        try client.send("GET", "/api/v1/recipes/ideas/async")
        try upstream.waitForRequests(3)

        server.master.signal(SIGTERM)
        // Both workers have taken what waited and ended the listening by the time that both drain.
        try server.master.wait(for: "both workers' draining") { $0.matches(of: /: draining/).count == 2 }
        try server.master.waitFor("drained")
        #expect(throws: Client.Failure.refused) { try server.client() }
        upstream.release(3)

        let answer = try client.answer()
        #expect(answer.status == 200)
        #expect(answer["connection"] == "close")
        #expect(answer.body.contains("7: Soup (https://e.com/s)"))
        #expect(try client.isClosed())
        #expect(try server.master.waitForExit() == 0)
        for worker in workers { try Machine.waitForEnd(of: worker) }
        #expect(throws: Client.Failure.refused) { try server.client() }
    }

    @Test func whatWaitsInTheQueueWhenTheServerStopsIsServed() throws {
        let server = try TestServer(workers: 1)
        let worker = server.workers[0]
        kill(worker, SIGSTOP)
        let clients = try (0..<8).map { _ in try server.client() }
        for client in clients { try client.send("GET", "/api/v1/recipes/1") }
        server.master.signal(SIGTERM)
        try server.master.waitFor("stopping")
        kill(worker, SIGCONT)
        for client in clients { #expect(try client.answer().status == 200) }
        #expect(try server.master.waitForExit() == 0)
    }

    @Test(arguments: [SIGINT, SIGQUIT])
    func aQuickStopDoesNotWaitForASlowRequest(signal: Int32) throws {
        let upstream = try Upstream()
        let server = try TestServer(environment: ["REDDIT_BASE_URL": upstream.url])
        let client = try server.client()
        try client.send("GET", "/api/v1/recipes/ideas/async")
        try upstream.waitForRequests(3)
        let began = ContinuousClock.now
        server.master.signal(signal)
        #expect(try server.master.waitForExit() == 0)
        #expect(ContinuousClock.now - began < .seconds(10), "the graceful timeout is 30 s")
        upstream.release(3)
    }

    @Test func aLogThatNobodyReadsDoesNotStopTheServer() throws {
        let server = try TestServer(workers: 2)
        server.master.letItsOutputStall()
        let before = server.workers
        for worker in before { kill(worker, SIGKILL) }
        for worker in before { try Machine.waitForEnd(of: worker) }
        for _ in 0..<40 {
            server.master.signal(SIGHUP)
            #expect(try server.ask("/api/v1/recipes/1").status == 200)
        }
        server.master.signal(SIGTERM)
        try Machine.waitForEnd(of: server.master.pid)
        #expect(try server.master.waitForExit() == 0)
    }

    @Test func aSecondTermStopsWhatTheFirstOneWouldWaitFor() throws {
        let upstream = try Upstream()
        let server = try TestServer(environment: ["REDDIT_BASE_URL": upstream.url])
        let client = try server.client()
        try client.send("GET", "/api/v1/recipes/ideas/async")
        try upstream.waitForRequests(3)
        server.master.signal(SIGTERM)
        try server.master.waitFor("draining")
        server.master.signal(SIGTERM)
        #expect(try server.master.waitForExit() == 0)
        upstream.release(3)
    }

    @Test func killingTheMasterLeavesNoWorkerAndFreesThePort() throws {
        let server = try TestServer()
        let workers = server.workers
        #expect(workers.count == 2)
        server.master.signal(SIGKILL)
        #expect(try server.master.waitForExit() == 128 + SIGKILL)
        for worker in workers { try Machine.waitForEnd(of: worker) }
        let next = try TestServer.start(in: server.folder, ["--bind", "127.0.0.1:\(server.port)", "--workers", "1"])
        try next.waitFor("worker ready")
        next.signal(SIGTERM)
        #expect(try next.waitForExit() == 0)
    }

    @Test func termWhileThePrestartRunsStopsAtOnce() throws {
        let folder = try TestServer.newFolder()
        let worker = folder + "/worker"
        try Data("#!/bin/sh\nexec sleep 600\n".utf8).write(to: URL(filePath: worker))
        chmod(worker, 0o755)
        let master = try TestServer.start(in: folder, ["--bind", "127.0.0.1:0", "--worker", worker])
        try master.waitFor("prestart")
        let children = Machine.children(of: master.pid)
        master.signal(SIGTERM)
        #expect(try master.waitForExit() == 0)
        for child in children { try Machine.waitForEnd(of: child) }
    }

    @Test func readinessIsOffForTheShutdownDelayAndEverybodyIsServedMeanwhile() throws {
        let server = try TestServer(faulty: 2, flags: ["--shutdown-delay", "2s"])
        #expect(try server.ask("/health/ready").status == 200)
        let load = Load(server.address, threads: 4) { _, _ in Load.Exchange(target: "/hello", words: "hello") }
        try load.waitForMore(than: 20)
        let began = ContinuousClock.now
        server.master.signal(SIGTERM)
        try server.master.waitFor("shutdown-delay")
        // Each worker hears of it in its own time.
        var answers: [Int] = []
        while answers.suffix(8).filter({ $0 == 503 }).count < 8, ContinuousClock.now - began < .seconds(2) {
            answers.append(try server.ask("/health/ready").status)
        }
        #expect(answers.suffix(8).allSatisfy { $0 == 503 }, "\(answers)")
        try load.waitForMore(than: 20)
        let outcome = load.stop()
        #expect(outcome.failures == [], "\(outcome.summary)")
        #expect(try server.master.waitForExit() == 0)
        #expect(ContinuousClock.now - began >= .seconds(2))
    }

    @Test func aPostThatIsOnItsWayWhenItsWorkerDrainsIsAnswered() throws {
        let server = try TestServer(faulty: 1)
        let client = try server.client()
        try client.send(raw: "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 16384\r\n\r\nhalf")
        try server.waitForStatus("a connection") { $0.workers.map(\.connections).reduce(0, +) == 1 }
        let mark = server.master.mark
        server.master.signal(SIGHUP)
        try server.master.waitFor("reload complete", from: mark)
        try client.send(raw: String(repeating: "x", count: 16380))
        let answer = try client.answer()
        #expect(answer.body == "16384")
        #expect(answer["connection"] == "close")
    }
}
