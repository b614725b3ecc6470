/// What an operator is told, as facts; whoever performs the effects finds the words.
package enum Notice: Equatable, Sendable {
    case prestartBegan(generation: Int)
    /// It is told to end.
    case prestartTimePassed(generation: Int, after: Duration)
    case prestartEnded(generation: Int, Ending, took: Duration, PrestartVerdict)
    case workerReady(Worker.ID, after: Duration)
    /// `state` is what the worker was doing; `restart` how long until another takes its slot, nil when none will.
    case workerEnded(Worker.ID, Ending, state: Worker.State, age: Duration, restart: Duration?)
    /// Workers say that they cannot do all that they should; however many say so, once.
    case healthProblem(String)
    /// None says anything of the kind any more.
    case healthProblemEnded(after: Duration)
    /// It was told to finish what it has.
    case workerDrains(Worker.ID)
    /// It says that it drains, and nobody told it to.
    case workerLeaves(Worker.ID)
    case gracePassed(Worker.ID)
    case bootTimePassed(Worker.ID)
    /// It gives no sign of life, and is told to abort.
    case workerStuck(Worker.ID, Fault)
    /// It will be replaced, and serves until then.
    case workerRetires(Worker.ID, Retirement)
    case workerKilled(Worker.ID)
    case allReady(workers: Int)
    case workersWanted(Int)
    case workersAtLimit(Int)
    case reloadBegan(generation: Int)
    /// It will begin when what is under way is done.
    case reloadNoted
    case reloadDone(generation: Int, took: Duration)
    case reloadAbandoned(generation: Int, Reload.Failure)
    case upgradeBegan
    /// It will begin when what is under way is done.
    case upgradeNoted
    case upgradeAbandoned(Upgrade.Failure)
    case upgradeDone
    /// The master was late by so much: the machine, or this process, stood still. Deadlines have moved.
    case overran(Duration)
    case stopBegan(StopStage)
    case givenUp(Effect.Outcome)
}
