/// What can happen to a master.
package enum Event: Equatable, Sendable {
    /// The first event: everything stands, and nothing runs.
    case start
    /// Somebody sent the master a signal.
    case signal(Signal)
    /// A worker said something. Late and doubled messages do no harm.
    case message(Message, from: Worker.ID)
    /// A worker's process is gone, or never came.
    case ended(Worker.ID, Ending)
    /// The prestart child of a generation is gone, or never came.
    case prestartEnded(generation: Int, Ending)
    /// The answer to `Effect.open`.
    case opened(generation: Int)
    /// The other answer to `Effect.open`.
    case openFailed(generation: Int, reason: String)
    /// Nothing but that time has passed; due after `nextDeadline`, and after everything else that has happened: a worker
    /// that was ready in time is not late because nobody listened.
    case deadline

    /// The signals to the master, by their meaning.
    package enum Signal: Equatable, Sendable, CaseIterable {
        case terminate, interrupt, quit, hangup, oneMore, oneFewer
        /// Known, and of no effect: to reopen logs, to upgrade, a terminal of another size.
        case user1, user2, windowChange
    }

    /// What a worker says.
    package enum Message: Equatable, Sendable, CaseIterable {
        case booted, ready, draining, drained
    }
}
