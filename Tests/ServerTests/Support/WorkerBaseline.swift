import Foundation
import Testing

/// What no client may change: the workers live on, they grow little, they answer promptly, and nothing fails.
struct WorkerBaseline {
    /// How long a new client may wait: for a debug build, on a machine that does other things meanwhile.
    static let promptly = Duration.seconds(3)

    private let server: TestServer
    private let workers: [pid_t]
    private let memory: Int
    private let mark: Int

    /// Of a server that has answered some requests, so that what the first ones leave behind counts for nothing.
    init(of server: TestServer) throws {
        self.server = server
        for _ in 0..<20 { _ = try server.ask("/health/live") }
        workers = server.workers
        memory = Self.memory(of: workers)
        mark = server.master.mark
    }

    private static func memory(of workers: [pid_t]) -> Int {
        workers.reduce(0) { $0 + (Machine.privateDirty(of: $1) ?? 0) }
    }

    /// By how much the workers have grown, in KiB.
    var growth: Int { Self.memory(of: server.workers) - memory }

    /// How long a new client waits for its answer.
    func latency() throws -> Duration {
        let began = ContinuousClock.now
        let answer = try server.ask("/health/live")
        #expect(answer.status == 200)
        return ContinuousClock.now - began
    }

    /// - Parameter growth: what the workers may have grown by, in KiB.
    func expectUnharmed(growth limit: Int, location: SourceLocation = #_sourceLocation) throws {
        #expect(growth <= limit, "KiB more than before", sourceLocation: location)
        let latency = try latency()
        #expect(latency < Self.promptly, sourceLocation: location)
        #expect(server.workers == workers, "a worker has died", sourceLocation: location)
        let said = server.master.lines(with: " error ", from: mark) + server.master.lines(with: "died", from: mark)
        #expect(said == [], sourceLocation: location)
    }
}
