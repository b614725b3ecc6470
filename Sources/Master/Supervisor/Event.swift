package import Contract

/// What can happen to a master.
package enum Event: Equatable, Sendable {
    /// The first event of a new server: its sockets are open, and no child runs.
    case start
    /// The first event of a supervisor that was made from a snapshot (USR2).
    /// - Parameter failure: why the new executable gave up and the old one is back; nil in the new executable.
    case resumed(failure: String?)
    case signal(Signal)
    /// Change the number of workers.
    case scale(to: Int)
    /// Replace a worker that is ready.
    case replace(Worker.ID)
    /// Late and repeated messages do no harm.
    case message(WorkerMessage, from: Worker.ID)
    /// What the scoreboard shows; due just before each `deadline`.
    case heartbeats([Worker.ID: Heartbeat])
    /// Answers `Effect.measureMemory`. In bytes.
    case memoryMeasured([Worker.ID: Int])
    /// A new listening socket has replaced one that these workers still hold, and that serves nobody.
    case listenerReplaced(Set<Worker.ID>)
    /// Also answers `Effect.spawn` if the worker could not be started.
    case workerExited(Worker.ID, ExitStatus)
    /// Also answers `Effect.runPrestart` if the child could not be started.
    case prestartExited(generation: Int, ExitStatus)
    /// Answers `Effect.openGeneration`, with the settings of the new generation.
    case generationOpened(Int, Settings)
    /// The other answer to `Effect.openGeneration`.
    case generationOpenFailed(Int, reason: String)
    /// Also answers `Effect.checkUpgrade` if the child could not be started.
    case upgradeCheckExited(ExitStatus)
    /// `Effect.replaceProcess` failed.
    case upgradeFailed(reason: String)
    /// Time has passed. Due after `nextDeadline`, and after everything else that has happened: a worker that was ready
    /// in time is not late because the master was busy.
    case deadline

    /// Signals to the master, by their meaning.
    package enum Signal: Equatable, Sendable, CaseIterable {
        case terminate, interrupt, quit, hangup
        /// TTIN and TTOU.
        case oneMore, oneFewer
        /// Reopens log files.
        case user1
        /// Upgrades the master.
        case user2
        /// WINCH; ignored.
        case windowChange
    }
}
