import Foundation
import Testing

/// Clients that ask for much keep nobody waiting who asks for little.
@Suite(.serialized) struct FairnessTests {
    /// The release build of a soak has the machine for itself.
    private static let most: Duration =
        ProcessInfo.processInfo.environment["SOAK"] == nil ? .milliseconds(500) : .milliseconds(50)
    private static let room = ManyConnections.raiseDescriptorLimit()

    @Test(arguments: [200, 800])
    func anOrdinaryClientIsServedBesideThoseThatPipeline(count: Int) throws {
        try #require(Self.room > count + 200, "the limit of open descriptors")
        let target = "/api/v1/recipes/1"
        let server = try TestServer(workers: 2)
        let crowd = try ManyPipelines(count, port: server.port, target: target)
        defer { crowd.stop() }
        let kept = try server.client()
        // Until all have filled the sockets' buffers.
        let begin = ContinuousClock.now + ChildProcess.patience
        while crowd.bytes < count << 12, ContinuousClock.now < begin { _ = try kept.ask("GET", target) }
        var waits: [Duration] = []
        for number in 0..<400 {
            let began = ContinuousClock.now
            // Every other one is accepted and taken over, too.
            let client = number % 2 == 0 ? kept : try server.client()
            #expect(try client.ask("GET", target).status == 200)
            waits.append(ContinuousClock.now - began)
        }
        waits.sort()
        print("beside \(count) that pipeline: p50 \(waits[200]), p99 \(waits[396]), longest \(waits[399])")
        #expect(waits[396] < Self.most, "p50 \(waits[200]), longest \(waits[399])")
        #expect(!server.master.output.contains("worker exited"))
    }
}
