import Foundation
import Testing

/// Requests that are sent before the answers to those before them.
@Suite(.serialized) struct HardeningPipelineTests {
    /// A million on the release build of a soak.
    private static let count = ProcessInfo.processInfo.environment["SOAK"] == nil ? 20_000 : 1_000_000

    @Test func asManyPipelinedRequestsAsAnybodySendsAreAnswered() throws {
        let server = try TestServer(workers: 1)
        let vitals = try WorkerBaseline(of: server)
        let pipeline = try PipelinedConnection(port: server.port, count: Self.count, target: "/health/live")
        var most = 0
        let answers = try pipeline.run { most = max(most, vitals.growth) }
        #expect(answers == Self.count)
        // However many wait, only one read of them is taken in, and only so much of their answers.
        #expect(most < 4096, "KiB")
        try vitals.expectUnharmed(growth: 4096)
    }
}
