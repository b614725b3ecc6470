/// What can happen to a master.
package enum Event: Equatable, Sendable {
    /// The first event: everything stands, and nothing runs.
    case start
    /// This supervisor was made from the snapshot of one whose process was replaced, and everything lives on.
    /// - Parameter failure: why the new executable gave up, and the old one is back; nil when this is the new one.
    case resumed(failure: String?)
    /// Somebody sent the master a signal.
    case signal(Signal)
    /// So many workers are wanted.
    case scale(to: Int)
    /// A worker said something. Late and doubled messages do no harm.
    case message(Message, from: Worker.ID)
    /// A worker says that it cannot do all that it should, and why; nil when it can again.
    case healthProblem(String?, from: Worker.ID)
    /// What the workers show on the scoreboard; due just before each `deadline`.
    case vitals([Worker.ID: Vitals])
    /// The answer to `Effect.measureMemory`: bytes.
    case memory([Worker.ID: Int])
    /// These have a listening socket that serves nobody any more, because another has taken its place.
    case outdated(Set<Worker.ID>)
    /// A worker's process is gone, or never came.
    case ended(Worker.ID, Ending)
    /// The prestart child of a generation is gone, or never came.
    case prestartEnded(generation: Int, Ending)
    /// The answer to `Effect.open`, with the settings of the new generation.
    case opened(generation: Int, Configuration)
    /// The other answer to `Effect.open`.
    case openFailed(generation: Int, reason: String)
    /// The child of `Effect.checkUpgrade` is gone, or never came.
    case upgradeChecked(Ending)
    /// `Effect.upgrade` did not replace this process.
    case upgradeFailed(reason: String)
    /// Nothing but that time has passed; due after `nextDeadline`, and after everything else that has happened: a worker
    /// that was ready in time is not late because nobody listened.
    case deadline

    /// The signals to the master, by their meaning.
    package enum Signal: Equatable, Sendable, CaseIterable {
        case terminate, interrupt, quit, hangup, oneMore, oneFewer
        /// To reopen log files.
        case user1
        /// To upgrade the master.
        case user2
        /// A terminal of another size: of no effect.
        case windowChange
    }

    /// What a worker says.
    package enum Message: Equatable, Sendable, CaseIterable {
        case booted, ready, draining, drained
        /// Replace me when another is ready.
        case recycle
    }
}
