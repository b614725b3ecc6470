import Foundation
import Testing

/// Clients that make the server hold as much as they can.
@Suite(.serialized) struct HardeningMemoryTests {
    private static let mebibyte = 1024
    /// For both kinds of attack; the worker itself, its threads and what they are just making come on top.
    private static let budget = 32
    /// MiB: a body's array is moved as it grows, and the small blocks that it has outgrown, as much again at most, stay with
    /// malloc until the loop has nothing to do. Unbounded, the bodies would be twelve times the budget.
    private static let mostForBodies = 2 * budget + 8

    /// Waits until the worker has given back what it held.
    private func expectReturn(_ vitals: WorkerBaseline, to most: Int) throws {
        try Machine.wait(for: "memory back") { vitals.growth < most * Self.mebibyte }
        #expect(try vitals.latency() < WorkerBaseline.promptly)
    }

    /// 200 × 20 × 512 KiB are 2 GiB.
    @Test func answersThatNobodyReadsStayWithinTheBudget() throws {
        let server = try TestServer(
            workers: 1, flags: ["--control", "control.sock", "--buffer-memory", "\(Self.budget)MiB"])
        let label = String(repeating: "x", count: 512 << 10)
        let created = try server.ask(
            "POST", "/api/v1/recipes/", fields: ["Content-Type: application/json"],
            body: #"{"label":"\#(label)","source":"s","url":"http://a.de/","submitter_id":1}"#)
        #expect(created.status == 201)
        let vitals = try WorkerBaseline(of: server)
        let crowd = try ManyConnections(200, port: server.port, receiveBuffer: 4096)
        crowd.send(String(repeating: "GET /api/v1/recipes/4 HTTP/1.1\r\nHost: a\r\n\r\n", count: 20))
        // What is asked for is made, and dropped where there is no room for it: then nothing is in flight any more.
        var most = 0
        try server.waitForStatus("all that can be made") {
            most = max(most, vitals.growth)
            return $0.workers.contains { $0.requests >= 200 && $0.inFlight.isEmpty }
        }
        // Of an answer that a thread makes there are some copies.
        #expect(most < (Self.budget + 120) * Self.mebibyte, "KiB")
        #expect(try vitals.latency() < WorkerBaseline.promptly)
        #expect(try server.ask("/api/v1/recipes/1").status == 200)
        let large = try server.ask("/api/v1/recipes/4")
        #expect(large.status == 503 && large["retry-after"] == "1")
        crowd.reset()
        try server.waitForStatus("all gone") { $0.workers.allSatisfy { $0.connections == 0 } }
        try expectReturn(vitals, to: 16)
        #expect(try server.ask("/api/v1/recipes/4").status == 200)
    }

    /// 96 × 4 MiB, less a byte each, are 384 MiB.
    @Test func bodiesThatNeverComeToTheirEndStayWithinTheBudget() throws {
        let server = try TestServer(
            faulty: 1,
            flags: ["--buffer-memory", "\(Self.budget)MiB", "--max-body", "4MiB", "--body-timeout", "3s"])
        let vitals = try WorkerBaseline(of: server)
        let crowd = try ManyUploads(96, port: server.port, target: "/echo", size: 4 << 20, missing: 1)
        var most = 0
        var longest = Duration.zero
        try crowd.run(round: {
            most = max(most, vitals.growth)
            longest = max(longest, try vitals.latency())
        })
        #expect(most < Self.mostForBodies * Self.mebibyte, "KiB")
        #expect(longest < WorkerBaseline.promptly)
        // Who stands still is told so, and who could not be read, to come again.
        #expect(crowd.statuses.count == 96 && Set(crowd.statuses).isSubset(of: [408, 503]), "\(crowd.statuses)")
        try expectReturn(vitals, to: 16)
        try vitals.expectUnharmed(growth: 16 * Self.mebibyte)
    }

    /// They need twelve times the budget, and wait for each other.
    @Test func manyThatUploadAtOnceAllComeToTheirEnd() throws {
        let server = try TestServer(faulty: 1, flags: ["--buffer-memory", "\(Self.budget)MiB", "--max-body", "4MiB"])
        let vitals = try WorkerBaseline(of: server)
        let crowd = try ManyUploads(96, port: server.port, target: "/echo", size: 4 << 20)
        var most = 0
        try crowd.run(round: { most = max(most, vitals.growth) })
        #expect(crowd.statuses == Array(repeating: 200, count: 96))
        #expect(most < Self.mostForBodies * Self.mebibyte, "KiB")
        try expectReturn(vitals, to: 16)
    }

    /// The end of a client that is held back is heard, too.
    @Test func whatClientsHoldThatLeaveIsGivenBackAtOnce() throws {
        let server = try TestServer(faulty: 1, flags: ["--buffer-memory", "\(Self.budget)MiB", "--max-body", "4MiB"])
        let vitals = try WorkerBaseline(of: server)
        var crowd: ManyUploads? = try ManyUploads(96, port: server.port, target: "/echo", size: 4 << 20, missing: 1)
        try crowd?.run(until: { vitals.growth > (Self.budget - 5) * Self.mebibyte })
        crowd = nil
        let began = ContinuousClock.now
        try expectReturn(vitals, to: 16)
        #expect(ContinuousClock.now - began < .seconds(20), "before any time-out")
    }
}
