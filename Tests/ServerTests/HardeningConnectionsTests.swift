import Foundation
import Testing

/// More clients than anybody expected.
@Suite(.serialized) struct HardeningConnectionsTests {
    private let hello = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"

    /// For descriptors of the test's own and of the worker, which has the same limit.
    private static let room = ManyConnections.raiseDescriptorLimit()

    @Test(arguments: [500, 4000])
    func idleConnectionsCostLittleAndKeepNobodyWaiting(count: Int) throws {
        try #require(Self.room > count + 200, "the limit of open descriptors")
        let server = try TestServer(faulty: 1, flags: ["--max-connections", "\(count + 100)"])
        let vitals = try WorkerBaseline(of: server)
        let crowd = try ManyConnections(count, port: server.port)
        for _ in 1...2 {
            let before = crowd.texts.map(\.utf8.count)
            crowd.send(hello)
            try crowd.read { crowd in zip(crowd.texts, before).allSatisfy { $0.utf8.count > $1 } }
        }
        #expect(crowd.texts.allSatisfy { $0.matches(of: /HTTP\/1.1 200 OK/).count == 2 })
        #expect(vitals.growth <= count * 16, "KiB")
        let latencies = try (0..<20).map { _ in try vitals.latency() }.sorted()
        #expect(latencies[10] < .milliseconds(50) && latencies[19] < WorkerBaseline.promptly, "\(latencies)")
        #expect(crowd.ended == 0)
        crowd.reset()
        try server.waitForStatus("all gone") { $0.workers.allSatisfy { $0.connections == 0 } }
        try vitals.expectUnharmed(growth: count * 16)
    }

    @Test func whoComesBeyondTheMostConnectionsWaitsAndIsServedWhenOthersLeave() throws {
        let most = 50
        let server = try TestServer(faulty: 1, flags: ["--max-connections", "\(most)"])
        let vitals = try WorkerBaseline(of: server)
        let crowd = try ManyConnections(4 * most, port: server.port)
        crowd.send(hello)
        var served = 0
        while crowd.count > 0 {
            // Who waits in the queue has sent its request already.
            try crowd.read { $0.answered >= min(most, $0.count) }
            #expect(crowd.answered <= most)
            #expect(crowd.texts.allSatisfy { $0.isEmpty || $0.hasSuffix("hello") })
            #expect(try server.status().workers[0].connections <= most)
            served += crowd.answered
            crowd.dismissAnswered()
        }
        #expect(served == 4 * most)
        try vitals.expectUnharmed(growth: 4 * most * 16)
    }

    /// Descriptors that run out are no reason to stop, nor to turn round in circles.
    @Test func connectionsThatComeAndGoLeaveNothingBehind() throws {
        let server = try TestServer(faulty: 1)
        let vitals = try WorkerBaseline(of: server)
        try server.waitForStatus("all gone") { $0.workers.allSatisfy { $0.connections == 0 } }
        let descriptors = Machine.descriptors(of: server.workers[0]).count
        for _ in 0..<20 {
            let crowd = try ManyConnections(100, port: server.port)
            crowd.send(hello)
            try crowd.read { $0.answered == $0.count }
        }
        try server.waitForStatus("all gone") { $0.workers.allSatisfy { $0.connections == 0 } }
        #expect(Machine.descriptors(of: server.workers[0]).count == descriptors)
        try vitals.expectUnharmed(growth: 2048)
    }
}
