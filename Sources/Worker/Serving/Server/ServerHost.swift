import Messages

/// What a server offers to its application.
final class ServerHost: ApplicationHost {
    private let pool: BlockingPool
    // Only the loop's thread uses them: `afterPass` is for callers that run there, and the others are the loop's. They are
    // read in every pass, and not checked at run time: nothing is called while one is read or changed.
    @exclusivity(unchecked) private nonisolated(unsafe) var bodies: [@Sendable () -> Void] = []
    @exclusivity(unchecked) private nonisolated(unsafe) var spare: [@Sendable () -> Void] = []

    init(_ pool: BlockingPool) {
        self.pool = pool
    }

    func runBlocking(
        _ operation: BlockingOperation, deadline: UInt64?, _ work: @escaping @Sendable () -> Void
    ) -> Bool {
        guard pool.submit(operation, deadline: deadline, work) != nil else { return false }
        // The loop wakes the threads at the end of its pass.
        if !LoopExecutor.shared.isOnThread { pool.wake() }
        return true
    }

    func afterPass(_ body: @escaping @Sendable () -> Void) {
        assert(LoopExecutor.shared.isOnThread, "afterPass belongs to the loop")
        bodies.append(body)
    }

    func startTask(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        Task(executorPreference: LoopExecutor.shared) { await body() }
    }

    /// Calls what waits for the end of the pass.
    @LoopActor func runAfterPass() {
        while !bodies.isEmpty {
            // A body may call this function again.
            var due = spare
            spare = []
            swap(&due, &bodies)
            for body in due { body() }
            due.removeAll(keepingCapacity: true)
            spare = due
        }
    }
}
