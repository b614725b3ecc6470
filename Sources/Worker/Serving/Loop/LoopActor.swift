/// What lives on the loop's thread: connections, timers, and the tasks that answer requests.
///
/// Traps: `Task {}` of a nonisolated function and `Task.detached` leave the loop; a call of `@MainActor` code never
/// returns, because the main thread is the loop's; and `EventLoop.run` belongs in a nonisolated function, for a loop
/// that runs inside a task has that task for ever as its current one.
@globalActor actor LoopActor {
    static let shared = LoopActor()

    nonisolated var unownedExecutor: UnownedSerialExecutor { LoopExecutor.shared.asUnownedSerialExecutor() }

    /// Makes the calling thread the loop's, and runs the function there, which says what is done first.
    nonisolated static func occupyThread(_ start: @escaping @LoopActor () -> Void) -> Never {
        LoopExecutor.shared.adoptThread()
        let isolated: @LoopActor () -> Never = {
            start()
            EventLoop.shared.run()
        }
        // The two function types differ in isolation alone, and the line above has made this thread the actor's: it is
        // what MainActor.assumeIsolated does, which global actors do not get by themselves.
        unsafeBitCast(isolated, to: (() -> Never).self)()
    }
}
