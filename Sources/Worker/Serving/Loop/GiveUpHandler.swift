/// Runs what blocks, in a handler that runs on the pool, so that it can be cut short when nobody waits for its answer any
/// more: the client has gone, or its time is over.
///
/// It is what `withTaskCancellationHandler` is for handlers that await. Anywhere else it only runs the operation.
/// - Parameter onGiveUp: called at most twice and on any thread: on the server's loop, which it must not block, or at
///   once, when the client has gone before the operation begins. It makes the operation return.
public func withGiveUpHandler<Result, Failure: Error>(
    _ operation: () throws(Failure) -> Result, onGiveUp: @escaping @Sendable () -> Void
) throws(Failure) -> Result {
    let job = BlockingPool.Job.current
    job?.onGiveUp(onGiveUp)
    defer { job?.onGiveUp(nil) }
    return try operation()
}
