import Foundation
import Testing

/// Who accepts: connections that are opened at once, and kept, fall evenly over the workers.
@Suite(.serialized) struct BalanceTests {
    static let sockets = TestServer.Socket.allCases

    @Test(arguments: sockets, [64, 8])
    func connectionsAreSharedEvenly(socket: TestServer.Socket, count: Int) throws {
        let server = try TestServer(faulty: 4, on: socket)
        try expectAnEvenShare(of: count, over: 4, server)
    }

    @Test(arguments: sockets)
    func theShareStaysEvenAfterACrashMoreAndFewerWorkersAndAReload(socket: TestServer.Socket) throws {
        let server = try TestServer(faulty: 4, on: socket)
        var mark = server.master.mark
        kill(server.workers[1], SIGKILL)
        try server.master.waitFor("worker ready", from: mark)
        try expectAnEvenShare(of: 64, over: 4, server)
        try expectAnEvenShare(of: 8, over: 4, server)

        mark = server.master.mark
        server.master.signal(SIGTTIN)
        try server.master.waitFor("worker ready", from: mark)
        try expectAnEvenShare(of: 60, over: 5, server)

        mark = server.master.mark
        server.master.signal(SIGTTOU)
        try server.master.waitFor("worker exited: drained", from: mark)
        try expectAnEvenShare(of: 64, over: 4, server)

        server.master.signal(SIGHUP)
        try server.master.waitFor("reload complete", from: mark)
        try server.waitForStatus("settled") { $0.isSettled }
        try expectAnEvenShare(of: 64, over: 4, server)
        try expectAnEvenShare(of: 8, over: 4, server)
    }

    @Test(arguments: sockets)
    func aStoppedWorkerMakesNobodyWait(socket: TestServer.Socket) throws {
        let server = try TestServer(faulty: 4, on: socket)
        Machine.stop(server.workers[2])
        // Enough that the stopped worker is the one with the fewest connections, to whom the others would defer.
        var kept: [Client] = []
        var waits: [Duration] = []
        for _ in 0..<60 {
            let began = ContinuousClock.now
            let client = try server.client()
            _ = try client.ask("/hello")
            waits.append(ContinuousClock.now - began)
            kept.append(client)
        }
        waits.sort()
        let text = "median \(waits[30]), 95 % \(waits[57]), longest \(waits[59])"
        #expect(waits[30] < .milliseconds(50), "\(text)")
        #expect(waits[59] < .milliseconds(500), "the machine may be busy; \(text)")
    }

    @Test func anIdleServerWakesUpAFewTimesASecondAtMost() throws {
        let server = try TestServer(faulty: 4)
        #expect(try server.ask("/hello").status == 200)
        let processes = server.workers + [server.master.pid]
        let before = processes.map(Machine.voluntarySwitches)
        // A rate needs a time to be measured over.
        #expect(try server.master.keeps(from: "error", from: 0, for: .seconds(4)))
        for (process, start) in zip(processes, before) {
            let rate = Double(Machine.voluntarySwitches(of: process) - start) / 4
            #expect(rate <= 4, "process \(process): \(rate) a second")
        }
    }

    /// Each worker has at least three quarters of the mean, and one connection. A worker that a busy machine lets wait for
    /// more than 5 ms counts as stuck and gets fewer, so that a share may be tried again; a wrong rule is wrong each time.
    private func expectAnEvenShare(
        of count: Int, over workers: Int, _ server: TestServer, location: SourceLocation = #_sourceLocation
    ) throws {
        // A worker is told to after the log calls it ready.
        try Machine.wait(for: "workers that accept") { server.workers.allSatisfy(Machine.accepts) }
        let least = max(1, count * 3 / (workers * 4))
        var tries: [[Int]] = []
        repeat {
            tries.append(try shares(of: count, server))
        } while tries.count < 3 && (tries.last?.count != workers || tries.last?.first ?? 0 < least)
        #expect(tries.last?.count == workers, "\(tries)", sourceLocation: location)
        #expect(tries.last?.first ?? 0 >= least, "\(tries)", sourceLocation: location)
    }

    /// How many of so many connections each worker has that has any; fewest first.
    private func shares(of count: Int, _ server: TestServer) throws -> [Int] {
        // Those of the last look are closed when each worker has seen it.
        try server.waitForStatus("without connections") { $0.workers.allSatisfy { $0.connections == 0 } }
        let clients = try (0..<count).map { _ in try server.client() }
        for client in clients { try client.send("GET", "/pid") }
        var shares: [String: Int] = [:]
        for client in clients { shares[try client.answer().body, default: 0] += 1 }
        return shares.values.sorted()
    }
}
