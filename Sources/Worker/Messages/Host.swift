/// What a server offers to the application that it serves.
public protocol Host: Sendable {
    /// Runs work that blocks on a thread of the pool. Any thread may call it.
    /// - Parameters:
    ///   - operation: what the threads are shared by.
    ///   - deadline: when nobody waits for it any more: CLOCK_MONOTONIC, nanoseconds; nil for work that may take any time.
    /// - Returns: false when the queue is full, and the work is not taken.
    func runBlocking(
        _ operation: BlockingOperation, deadline: UInt64?, _ work: @escaping @Sendable () -> Void
    ) -> Bool

    /// Calls back once on the loop when the requests of this pass are served, or before answers go out that other threads
    /// have made, whichever is first: time to let go of what the requests of a pass share, such as a read transaction. A
    /// client that has seen an answer is shown nothing older then.
    ///
    /// It may be called on the loop only.
    func afterPass(_ body: @escaping @Sendable () -> Void)

    /// Starts a task on the server's loop, which a drain does not wait for. Any thread may call it.
    /// - Returns: the task, for who wants to cancel it.
    @discardableResult
    func startTask(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never>
}
