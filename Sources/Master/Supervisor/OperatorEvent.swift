package import Contract

/// What the log tells the operator, as facts. The master finds the words.
package enum OperatorEvent: Equatable, Sendable {
    case prestartStarted(generation: Int)
    /// It gets TERM.
    case prestartTimedOut(generation: Int, after: Duration)
    case prestartExited(generation: Int, ExitStatus, after: Duration, PrestartRun.Result)
    case workerReady(Worker.ID, after: Duration)
    /// - Parameters:
    ///   - state: what the worker was doing.
    ///   - restart: how long until a replacement starts in its slot; nil if none will.
    case workerExited(Worker.ID, ExitStatus, state: Worker.State, age: Duration, restart: Duration?)
    /// However many workers report it, once.
    case healthProblem(String)
    /// No worker reports any problem.
    case healthProblemResolved(after: Duration)
    /// The master told it to drain.
    case workerDraining(Worker.ID)
    /// It drains without an order from this master.
    case workerDrainingByItself(Worker.ID)
    case gracefulTimeoutPassed(Worker.ID)
    case bootTimedOut(Worker.ID)
    /// It gets ABRT.
    case workerStuck(Worker.ID, LivenessFailure)
    /// It serves until its replacement is ready.
    case workerRecycling(Worker.ID, RecycleReason)
    case workerKilled(Worker.ID)
    case serverReady(workers: Int)
    case targetChanged(workers: Int)
    /// The number that was asked for is impossible.
    case targetAtLimit(workers: Int)
    case reloadStarted(generation: Int)
    /// It starts when the current operation ends.
    case reloadQueued
    case reloadComplete(generation: Int, after: Duration)
    case reloadFailed(generation: Int, Reload.Failure)
    case upgradeStarted
    /// It starts when the current operation ends.
    case upgradeQueued
    case upgradeComplete
    case upgradeFailed(Upgrade.Failure)
    /// The machine or this process stood still for so long. Deadlines have moved.
    case masterStalled(Duration)
    case stopping(StopStage)
    /// The server never became ready, and ends.
    case startFailed(ExitCode)
}
