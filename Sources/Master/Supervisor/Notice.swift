/// What an operator is told, as facts; whoever performs the effects finds the words.
package enum Notice: Equatable, Sendable {
    case prestartBegan(generation: Int)
    case prestartEnded(generation: Int, Ending, took: Duration, wasStopped: Bool)
    case workerReady(Worker.ID, after: Duration)
    /// `state` is what the worker was doing; `restart` how long until another takes its slot, nil when none will.
    case workerEnded(Worker.ID, Ending, state: Worker.State, age: Duration, restart: Duration?)
    /// It was told to finish what it has.
    case workerDrains(Worker.ID)
    /// It says that it drains, and nobody told it to.
    case workerLeaves(Worker.ID)
    case gracePassed(Worker.ID)
    case bootTimePassed(Worker.ID)
    case workerKilled(Worker.ID)
    case allReady(workers: Int)
    case workersWanted(Int)
    case workersAtLimit(Int)
    case reloadBegan(generation: Int)
    case reloadNoted
    case reloadDone(generation: Int, took: Duration)
    case reloadAbandoned(generation: Int, Reload.Failure)
    case stopBegan(StopStage)
    case givenUp(Effect.Outcome)
    case signalWithoutEffect(Event.Signal)
}
