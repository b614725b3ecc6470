internal import Endpoints
internal import Logging
public import Messages
public import ServiceLifecycle
public import Serving

extension WorkerProgram.Serve {
    /// Serves an application, and runs services for as long: a pool of connections, a consumer of a queue.
    ///
    /// ```swift
    /// WorkerProgram("recipes") { serve in
    ///     let store = Store()
    ///     try await serve(makeAPI(store).build(), services: [Cleaner(store: store)])
    /// }.run()
    /// ```
    /// They start before the worker is ready. When the last response has been sent, they shut down gracefully in reverse order,
    /// and the call returns when they have ended. If one of them ends or fails earlier, the worker drains, and its master
    /// starts another.
    /// - Throws: the error of a service; `ServiceEndedError` if one ends by itself.
    public func callAsFunction(_ application: any Application, services: [any Service]) async throws {
        let group = ServiceGroup(services: services, logger: Logger(label: "services"))
        try await withThrowingTaskGroup(of: Bool.self) { tasks in
            tasks.addTask {
                try await group.run()
                return false
            }
            tasks.addTask {
                try await self(application)
                return true
            }
            do {
                let hasServed = try await tasks.next() ?? true
                guard hasServed else { throw ServiceEndedError() }
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            } catch {
                tasks.cancelAll()
                throw error
            }
        }
    }
}

/// A service ended by itself while the worker was still serving.
public struct ServiceEndedError: Error, CustomStringConvertible {
    /// What happened, and how to avoid it.
    public var description: String {
        "a service ended while the worker was still serving; a service without work must wait for its graceful shutdown"
    }
}
