import Contract
import Linux
import Glibc
import Logging
import Messages
import Testing
import TestSupport

@testable import Serving

/// A server on the process's one loop, which the first test that needs it starts on a thread of its own.
enum LoopThread {
    /// Nobody reads it.
    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Runs a function on the loop's thread.
    static func run<Value: Sendable>(_ body: @LoopActor () throws -> Value) async rethrows -> Value {
        TestLoop.start()
        return try await body()
    }

    /// Serves an application on a port of its own while the body runs, then drains.
    static func serving(
        _ application: some Application, settings: Settings = Settings(), accessLog: AccessLogWriter? = nil,
        recycling: sending Recycling? = nil, prepare: @LoopActor (Server) -> Void = { _ in },
        _ body: @escaping @Sendable (UInt16, Scoreboard.Slot) async throws -> Void
    ) async throws {
        TestLoop.start()
        var settings = settings
        settings.blockingThreads = 2
        let scoreboard = try Scoreboard.make(entries: settings.maxConnections)
        scoreboard.open(0, generation: 1)
        let listener = try AcceptSocket(binding: .tcp(host: "127.0.0.1", port: 0), backlog: 100, mode: 0o666)
        let slot = scoreboard.slot(0)
        let server = await Server(
            application: application, settings: settings, scoreboard: scoreboard, slot: slot,
            registry: MetricsRegistry(slot.metrics, log: quiet), accessLog: accessLog,
            recycling: recycling, log: quiet)
        await server.start([listener])
        await prepare(server)
        // A task of its own: the body blocks in reads, and must not do so on the loop's thread.
        let client = Task.detached { try await body(listener.port, slot) }
        let result = await client.result
        await server.drain()
        #expect(slot.connections == 0)
        #expect(slot.state == .draining)
        try result.get()
    }
}
