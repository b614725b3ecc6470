public import Messages

extension WorkerProgram {
    /// Serves an application: the middle of a worker's scope, which calls it once.
    ///
    /// ```swift
    /// WorkerProgram("recipes") { serve in
    ///     let store = Store()
    ///     try await serve(makeAPI(store).build())
    ///     await store.close()
    /// }.run()
    /// ```
    public struct Serve: Sendable {
        private let serve: @Sendable (any Application) async throws -> Void

        init(_ serve: @escaping @Sendable (any Application) async throws -> Void) {
            self.serve = serve
        }

        /// Makes the worker ready. It returns when the last answer of the worker has been sent and the application has
        /// stopped; at once, when the worker has been told to leave meanwhile. A task that is cancelled makes the worker
        /// leave: it drains.
        /// - Throws: when it is called for the second time.
        public func callAsFunction(_ application: any Application) async throws {
            try await serve(application)
        }
    }

    /// Runs the scope without a worker, for tests.
    /// - Parameter serve: what is done in place of serving; the scope goes on when it returns.
    package func runScope(_ serve: @escaping @Sendable (any Application) async throws -> Void) async throws {
        try await scope(Serve(serve))
    }
}
