import Glibc
@testable import Serving

/// The worker's loop in the tests' process, which is one for all test targets: on a thread of its own.
package enum TestLoop {
    private static let started: Void = {
        _ = SystemThread.start("loop") { LoopActor.occupyThread {} }
        while !LoopExecutor.shared.hasThread { sched_yield() }
    }()

    /// Starts it, if it does not run yet.
    package static func start() {
        _ = started
    }
}
