import Glibc
import Synchronization

/// Threads that go on at the same moment: they wait for each other, awake.
final class Turnstile: Sendable {
    private let passed = Atomic(0)

    /// Returns when so many have come, all calls counted.
    func pass(_ count: Int) {
        passed.add(1, ordering: .sequentiallyConsistent)
        while passed.load(ordering: .sequentiallyConsistent) < count { sched_yield() }
    }
}

/// Runs the body on that many threads of its own, and returns when all have ended. The shared pool may have fewer.
func onThreads(_ count: Int, _ body: @escaping @Sendable () -> Void) {
    final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    let threads = (0..<count).map { _ in
        var thread = pthread_t()
        let box = Unmanaged.passRetained(Box(body)).toOpaque()
        let failure = pthread_create(
            &thread, nil,
            { box in
                Unmanaged<Box>.fromOpaque(box!).takeRetainedValue().body()
                return nil
            }, box)
        precondition(failure == 0)
        return thread
    }
    for thread in threads { pthread_join(thread, nil) }
}
