import Foundation
import Testing

/// Workers that have served long enough leave by themselves, and nobody notices.
@Suite(.serialized) struct RecyclingTests {
    @Test func aWorkerThatLeaksIsRecycledWithoutALostRequest() throws {
        let server = try TestServer(faulty: 2, flags: ["--max-worker-memory", "120MiB"])
        let load = Load(server.address, threads: 4) { _, _ in Load.Exchange(target: "/hello", words: "hello") }
        let mark = server.master.mark
        #expect(try server.ask("/leak?mb=200").body == "leaked")
        try server.master.waitFor("recycle", from: mark)
        try server.master.waitFor("worker exited: drained", from: mark)
        try load.waitForMore(than: 20)
        #expect(load.stop().failures == [])
        let after = try server.waitForStatus("settled") { $0.isSettled }
        #expect(after.generation == 1)
    }

    @Test func maxRequestsRecyclesUnderLoadAndNeverHasFewerReadyWorkers() throws {
        let server = try TestServer(faulty: 2, flags: ["--max-requests", "300"])
        let before = server.workers
        let load = Load(server.address, threads: 4) { thread, number in
            Load.Exchange(target: "/hello/\(thread)/\(number)", words: "hello")
        }
        var fewest = Int.max
        var polls = 0
        while server.master.lines(with: "worker exited: drained").count < 16 {
            fewest = min(fewest, try server.status().ready.count)
            polls += 1
            guard polls < 1000 else { break }
        }
        let outcome = load.stop()
        #expect(outcome.failures == [], "\(outcome.summary)")
        #expect(fewest >= 2)
        #expect(polls < 1000, "\(outcome.summary)")
        try server.waitForStatus("settled") { $0.isSettled }
        #expect(Set(before).isDisjoint(with: server.workers))
        #expect(!server.master.output.contains("error"), "recycling is no fault")
    }

    @Test func aReplacementThatCannotBootLeavesTheWorkerThatIsThere() throws {
        let server = try TestServer(faulty: 1, flags: ["--max-requests", "50", "--max-requests-jitter", "0"])
        let before = server.workers
        try server.breakNextWorker("exit:3")
        let load = Load(server.address, threads: 2) { _, _ in Load.Exchange(target: "/hello", words: "hello") }
        try server.master.waitFor("replacement starts in 0.20 s")
        try load.waitForMore(than: 50)
        #expect(server.workers.contains(before[0]))
        let mark = server.master.mark
        try server.mendNextWorker()
        try server.master.waitFor("worker exited: drained", from: mark)
        try load.waitForMore(than: 20)
        #expect(load.stop().failures == [])
    }
}
