import Foundation
import Testing

/// Clients that take their time, so that a server runs out of something.
@Suite(.serialized) struct HardeningSlowTests {
    private let served = "Host: a\r\n"

    @Test func whoSendsAHeadByteByByteIsToldToHurryAndKeepsNobodyWaiting() throws {
        let server = try TestServer(faulty: 1, flags: ["--header-timeout", "2s"])
        let vitals = try WorkerBaseline(of: server)
        let crowd = try ManyConnections(300, port: server.port)
        let began = ContinuousClock.now
        crowd.send("GET / HTTP/1.1\r\n\(served)X: ")
        var longest = Duration.zero
        var most = 0
        try crowd.read {
            $0.ended == $0.count
        } round: {
            crowd.send("x")
            longest = max(longest, try vitals.latency())
            most = max(most, vitals.growth)
        }
        #expect(crowd.texts.allSatisfy { $0.hasPrefix("HTTP/1.1 408 ") && $0.contains("\r\nconnection: close\r\n") })
        #expect(ContinuousClock.now - began >= .seconds(2))
        #expect(longest < WorkerBaseline.promptly)
        #expect(most < 300 * 16, "KiB")
        try vitals.expectUnharmed(growth: 300 * 16)
    }

    @Test func whoSaysNothingIsToldToHurryToo() throws {
        let server = try TestServer(faulty: 1, flags: ["--header-timeout", "1s"])
        let vitals = try WorkerBaseline(of: server)
        let crowd = try ManyConnections(300, port: server.port)
        try crowd.read { $0.ended == $0.count }
        #expect(crowd.texts.allSatisfy { $0.hasPrefix("HTTP/1.1 408 ") })
        try vitals.expectUnharmed(growth: 300 * 16)
    }

    @Test func whoSendsABodyByteByByteKeepsNobodyWaiting() throws {
        let server = try TestServer(faulty: 1)
        let vitals = try WorkerBaseline(of: server)
        let crowd = try ManyConnections(200, port: server.port)
        crowd.send("POST /echo HTTP/1.1\r\n\(served)Content-Length: 40\r\n\r\n")
        var rounds = 0
        var longest = Duration.zero
        try crowd.read { _ in
            rounds == 39
        } round: {
            crowd.send("x")
            rounds += 1
            longest = max(longest, try vitals.latency())
        }
        #expect(crowd.answered == 0)
        #expect(longest < WorkerBaseline.promptly)
        // The last byte makes it a request as good as any other.
        crowd.send("x")
        try crowd.read { $0.answered == $0.count }
        #expect(crowd.texts.allSatisfy { $0.hasSuffix("\r\n\r\n40") })
        try vitals.expectUnharmed(growth: 200 * 16)
    }

    /// What a length promises is no memory yet.
    @Test func whoPromisesALargeBodyGetsNoMemoryForIt() throws {
        let server = try TestServer(faulty: 1)
        let vitals = try WorkerBaseline(of: server)
        let crowd = try ManyConnections(200, port: server.port)
        crowd.send("POST /echo HTTP/1.1\r\n\(served)Content-Length: 16777216\r\n\r\nx")
        try server.waitForStatus("all there") { $0.workers.contains { $0.connections >= 200 } }
        #expect(vitals.growth < 200 * 16, "KiB")
        crowd.reset()
        try server.waitForStatus("all gone") { $0.workers.allSatisfy { $0.connections == 0 } }
        try vitals.expectUnharmed(growth: 200 * 16)
    }

    @Test func whoAsksAndDoesNotReadFillsNoMemory() throws {
        let server = try TestServer(workers: 1, flags: ["--control", "control.sock"])
        let vitals = try WorkerBaseline(of: server)
        let crowd = try ManyConnections(50, port: server.port, receiveBuffer: 4096)
        // Each asks for 13 MB.
        let requests = String(repeating: "GET /openapi.json HTTP/1.1\r\n\(served)\r\n", count: 500)
        var longest = Duration.zero
        for _ in 0..<4 {
            crowd.send(requests)
            longest = max(longest, try vitals.latency())
        }
        // A quarter of a megabyte of answers may wait for each, in an array that doubles, and one read's worth of requests.
        #expect(vitals.growth < 50 * 1024, "KiB")
        #expect(longest < WorkerBaseline.promptly)
        // Who begins to read is served on.
        try crowd.read { $0.texts.allSatisfy { $0.utf8.count > 400_000 } }
        crowd.reset()
        try server.waitForStatus("all gone") { $0.workers.allSatisfy { $0.connections == 0 } }
        try vitals.expectUnharmed(growth: 50 * 1024)
    }
}
