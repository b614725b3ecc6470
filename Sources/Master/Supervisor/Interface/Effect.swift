/// What the master shall do. The supervisor decides; somebody else performs, in this order.
package enum Effect: Equatable, Sendable {
    /// Run the prestart of a generation. Answered by `Event.prestartEnded`, whatever happens.
    case prestart(generation: Int)
    case signalPrestart(ProcessSignal)
    /// Start a worker. Answered by `Event.ended` when that fails.
    case spawn(Worker.ID)
    case send(Order, to: Worker.ID)
    case signal(ProcessSignal, to: Worker.ID)
    /// Open the executable anew as this generation. Answered by `Event.opened` or `Event.openFailed`.
    case open(generation: Int)
    /// No process of this generation is left, and none will come.
    case close(generation: Int)
    /// Take no new connections any more: the whole server stops.
    case closeListeners
    /// Find out how much memory each worker uses. Answered by `Event.memory`.
    case measureMemory
    /// See in a child whether the master's executable, as it is now, could take over. Answered by
    /// `Event.upgradeChecked`, whatever happens.
    case checkUpgrade
    case killUpgradeCheck
    /// Replace this process by that executable: always the last effect, with no answer to an earlier one due. Answered
    /// by `Event.upgradeFailed`, or by `Event.resumed` to the supervisor that was made from this one's snapshot.
    case upgrade
    /// Open the master's own log anew, before the workers do: what it makes, they find.
    case reopenLog
    /// Tell the host.
    case announce(Announcement)
    /// Tell the operator.
    case log(Notice)
    /// End the master. The last effect.
    case exit(Outcome)

    /// What the master says to a worker on its control channel.
    package enum Order: Equatable, Sendable {
        /// It is counted as ready: connections may come to it.
        case accept
        /// Finish what is accepted, then exit.
        case drain
        /// Cancel what is in flight and exit.
        case stop
        /// The server is about to stop: answer readiness with no, and go on serving.
        case withdraw
        case reopenLogs
    }

    package enum ProcessSignal: Equatable, Sendable {
        case terminate, abort, kill
    }

    package enum Announcement: Equatable, Sendable {
        case ready, reloading, stopping
        /// The master's own loop goes on.
        case alive
        /// What is being done may take so much longer.
        case extend(Duration)
    }

    /// How a master ends.
    package enum Outcome: Equatable, Sendable, CaseIterable {
        case stopped
        /// Too many workers failed before one was ever ready.
        case neverReady
        /// A worker said that starting it again would not help, before one was ever ready.
        case applicationFailed
        /// The prestart, or a worker while it booted before one was ever ready, refused its settings.
        case settingsRefused
        case prestartFailed
    }
}
