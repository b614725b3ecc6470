import Brigade
import BrigadeTesting
import ServiceLifecycle
import Synchronization
import Testing

/// Services that run beside the server.
@Suite struct ServiceTests {
    private final class Log: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }
        func add(_ line: String) { lines.withLock { $0.append(line) } }
    }

    private struct Pool: Service {
        let log: Log

        func run() async throws {
            log.add("open")
            try? await gracefulShutdown()
            log.add("close")
        }
    }

    private struct Failing: Service {
        struct Failure: Error {}

        func run() async throws { throw Failure() }
    }

    private struct Short: Service {
        func run() async throws {}
    }

    private func serve(
        _ services: [any Service], _ body: @escaping @Sendable (TestClient) async throws -> Void
    ) async throws {
        var api = API(title: "t")
        api.get("/") { "a" }
        let application = try api.build()
        let program = WorkerProgram("t") { serve in try await serve(application, services: services) }
        try await TestClient.serving(program, body)
    }

    @Test func aServiceRunsWhileTheWorkerServes() async throws {
        let log = Log()
        try await serve([Pool(log: log)]) { client in
            _ = try await client.get("/")
            while log.all != ["open"] { await Task.yield() }
            log.add("answered")
        }
        #expect(log.all == ["open", "answered", "close"])
    }

    @Test func aServiceThatFailsOrEndsStopsTheWorker() async throws {
        for service in [Failing() as any Service, Short()] {
            let ended = Mutex(false)
            await #expect(throws: (any Error).self) {
                try await serve([service]) { _ in
                    do {
                        try await Task.sleep(for: .seconds(60))
                    } catch {
                        ended.withLock { $0 = true }
                    }
                }
            }
            #expect(ended.withLock { $0 })
        }
    }
}
