import Foundation
import Testing

/// Workers that never come so far as to serve.
@Suite(.serialized) struct BootFaultTests {
    static let codes: [Int32] = [0, 1, 3, 4]

    @Test(arguments: [(Int32(0), Int32(3)), (1, 1), (3, 3), (4, 4)])
    func workersThatEndAtBootEndAServerThatWasNeverReady(code: Int32, end: Int32) throws {
        let folder = try TestServer.newFolder()
        let master = try TestServer.start(
            in: folder, ["--bind", "127.0.0.1:0", "--workers", "4", "--worker", BuildProducts.faultyWorker],
            ["FAULT": "exit:\(code)"])
        #expect(try master.waitForExit() == end)
        #expect(master.output.contains("exit code \(code)"))
        // What would happen again is not tried again: by then the others may have ended too.
        if code == 1 { #expect(master.lines(with: "worker started").count == 4) }
    }

    @Test(arguments: codes)
    func aReloadWhoseWorkerEndsAtBootIsAbandoned(code: Int32) throws {
        let server = try TestServer(faulty: 2)
        let before = server.workers
        try server.breakNextWorker("exit:\(code)")
        let (result, output) = try server.command("reload", "--wait")
        #expect(result == 1)
        #expect(output.contains("reload failed") && output.contains("exit code \(code)"), "\(output)")
        #expect(server.workers == before)
        #expect(try server.ask("/hello").body == "hello")
        // The next one goes well.
        try server.mendNextWorker()
        #expect(try server.command("reload", "--wait").code == 0)
        try server.waitForStatus("settled") { $0.isSettled }
        #expect(Set(before).isDisjoint(with: server.workers))
    }

    @Test func workersThatAreNeverReadyEndAServerThatWasNeverReady() throws {
        let folder = try TestServer.newFolder()
        let master = try TestServer.start(
            in: folder,
            [
                "--bind", "127.0.0.1:0", "--workers", "10", "--worker", BuildProducts.faultyWorker, "--boot-timeout",
                "500ms",
            ],
            ["FAULT": "silent"])
        #expect(try master.waitForExit() == 3)
        #expect(master.output.contains("boot-timeout"))
    }

    @Test func aReloadWhoseWorkerIsNeverReadyIsAbandonedInTime() throws {
        let server = try TestServer(faulty: 2, flags: ["--boot-timeout", "1s"])
        let before = server.workers
        try server.breakNextWorker("silent")
        let began = ContinuousClock.now
        let (result, output) = try server.command("reload", "--wait")
        #expect(ContinuousClock.now - began < .seconds(3), "it does not wait for the worker's end")
        #expect(result == 1)
        #expect(output.contains("boot-timeout"), "\(output)")
        #expect(try server.ask("/hello").status == 200)
        let after = try server.waitForStatus("settled") { $0.isSettled }
        #expect(after.workers.compactMap(\.pid).sorted() == before)
    }

    @Test func aReloadWhosePrestartFailsIsAbandoned() throws {
        let server = try TestServer(faulty: 2)
        let before = server.workers
        try server.breakNextWorker("prestart-exit:5")
        let (result, output) = try server.command("reload", "--wait")
        #expect(result == 1)
        #expect(output.contains("prestart failed"), "\(output)")
        #expect(server.workers == before)
        #expect(try server.ask("/hello").status == 200)
    }

    /// Once there was a ready worker, the master never gives up: it tries ever more slowly.
    @Test(arguments: ["exit:0", "exit:1", "exit:3", "exit:4", "trap"])
    func aWorkerThatCannotComeBackIsTriedAgainUntilItCan(fault: String) throws {
        let server = try TestServer(faulty: 2, environment: ["SWIFT_BACKTRACE": "enable=no"])
        let before = server.workers
        try server.breakNextWorker(fault)
        let mark = server.master.mark
        kill(before[0], SIGKILL)
        for pause in ["0.10 s", "0.20 s", "0.40 s", "0.80 s"] {
            try server.master.waitFor("replacement starts in \(pause)", from: mark)
            #expect(try server.ask("/hello").body == "hello")
        }
        try server.mendNextWorker()
        try server.master.waitFor("worker ready", from: mark)
        #expect(try server.waitForStatus("settled") { $0.isSettled }.ready.count == 2)
    }

    /// It may be unwanted by then, and would take with it whoever came to it.
    @Test func aWorkerAcceptsNobodyBeforeItsMasterHasHeardThatItIsReady() throws {
        let server = try TestServer(faulty: 1)
        let first = server.workers[0]
        server.master.signal(SIGTTIN)
        try server.master.waitFor("worker=2")
        Machine.stop(server.master.pid)
        defer { server.master.signal(SIGCONT) }
        let second = try #require(server.workers.first { $0 != first })
        try Machine.wait(for: "the second worker's loop") { Machine.threads(of: second) > 1 }
        // Kept open, so that a worker that accepted would be the next one's.
        let clients = try (0..<32).map { _ in try server.client() }
        for client in clients { #expect(try client.ask("/pid").body == "\(first)") }
        server.master.signal(SIGTERM)
        server.master.signal(SIGCONT)
        #expect(try server.master.waitForExit() == 0)
    }
}
