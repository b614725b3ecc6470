internal import Endpoints
internal import Logging
public import Messages
public import ServiceLifecycle
public import Serving

extension WorkerProgram.Serve {
    /// Serves an application, with services beside it that live as long: a pool of connections, a consumer of a queue.
    ///
    /// ```swift
    /// WorkerProgram("recipes") { serve in
    ///     let store = Store()
    ///     try await serve(makeAPI(store).build(), beside: [Cleaner(store: store)])
    /// }.run()
    /// ```
    /// They begin before the worker is ready. When its last answer is sent they are told to shut down gracefully, the last
    /// first, and it returns when they have. When one of them ends or fails before that, the worker drains, and its master
    /// starts another.
    /// - Throws: what a service throws; `EndedService` for one that ends by itself.
    public func callAsFunction(_ application: any Application, beside services: [any Service]) async throws {
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
                guard hasServed else { throw EndedService() }
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            } catch {
                tasks.cancelAll()
                throw error
            }
        }
    }
}

/// A service has ended by itself while the worker still served.
public struct EndedService: Error, CustomStringConvertible {
    /// What to do about it.
    public var description: String {
        "a service has ended while the worker still serves; one that has nothing to do waits for its graceful shutdown"
    }
}
