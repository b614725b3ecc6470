package import Contract

/// What the master must do. The supervisor decides; the master performs effects in this order.
package enum Effect: Equatable, Sendable {
    /// Always answered by `Event.prestartExited`.
    case runPrestart(generation: Int)
    case signalPrestart(ProcessSignal)
    /// Answered by `Event.workerExited` if it fails.
    case spawn(Worker.ID)
    case send(MasterMessage, to: Worker.ID)
    case signal(ProcessSignal, to: Worker.ID)
    /// Open the executable and read the settings again. Answered by `Event.generationOpened` or
    /// `Event.generationOpenFailed`.
    case openGeneration(Int)
    /// The reload is complete: this generation's settings are the master's own from now on.
    case commitGeneration(Int)
    /// No process of this generation is left, and none will be started.
    case closeGeneration(Int)
    /// The whole server stops: accept no more connections.
    case closeListeners
    /// Answered by `Event.memoryMeasured`.
    case measureMemory
    /// Check in a child whether the executable now at the master's path could take over. Always answered by
    /// `Event.upgradeCheckExited`.
    case checkUpgrade
    case killUpgradeCheck
    /// Execute that file in this process. Always the last effect, while no answer to an earlier one is due. Answered by
    /// `Event.upgradeFailed`, or by `Event.resumed` to the supervisor made from this one's snapshot.
    case replaceProcess
    /// Reopen the master's own log. Comes before the workers reopen theirs, so that they find the new file.
    case reopenLog
    /// Tell the service manager.
    case announce(Announcement)
    case log(OperatorEvent)
    /// End the master. Always the last effect.
    case exit(ExitCode)

    package enum ProcessSignal: Equatable, Sendable {
        case terminate, abort, kill
    }

    /// As in sd_notify(3).
    package enum Announcement: Equatable, Sendable {
        case ready, reloading, stopping
        /// The master's loop runs: WATCHDOG=1.
        case alive
        /// The current operation may take this much longer: EXTEND_TIMEOUT_USEC.
        case extend(Duration)
    }
}
