import Contract
import Glibc
import Linux
import Logging
import Platform
import Supervisor

/// The log of what happens to the server, and what the status remembers of it.
final class EventLog {
    var logger: Logger
    var history: ServerHistory
    private(set) var recent: RecentEvents
    private let children: ChildProcesses

    init(_ logger: Logger, _ children: ChildProcesses, _ history: ServerHistory, _ recent: RecentEvents) {
        self.logger = logger
        self.children = children
        self.history = history
        self.recent = recent
    }

    func write(_ event: OperatorEvent) {
        let message = OperatorMessage(event)
        var text = message.text
        if case .workerExited(let id, let status, let state, _, _) = event {
            text = writePostMortem(message, id, status, state)
        } else {
            logger.log(level: message.level, "\(text)", metadata: message.worker.map(metadata))
        }
        remember(RecentEvents.Entry.Kind(event, message.level), message.level, text, message.worker)
        switch event {
        case .reloadComplete, .reloadFailed, .upgradeFailed: history.changed(message.text)
        default: break
        }
    }

    func writeWorkerStarted(_ id: Worker.ID) {
        let text = "worker started"
        logger.info("\(text)", metadata: metadata(id))
        remember(.workerStarted, .info, text, id)
    }

    private func remember(
        _ kind: RecentEvents.Entry.Kind, _ level: Logger.Level, _ text: String, _ worker: Worker.ID?
    ) {
        recent.add(kind, level, text, worker, at: SuspendAwareClock.now)
    }

    /// How a worker exited and, unless it was told to, what it was doing.
    /// - Returns: how it exited.
    private func writePostMortem(
        _ message: OperatorMessage, _ id: Worker.ID, _ status: ExitStatus, _ state: Worker.State
    ) -> String {
        var metadata = metadata(id)
        let postMortem = children.workers[id]?.postMortem
        if let postMortem { metadata["requests"] = "\(postMortem.account.requests)" }
        var text = message.text
        if status == .signaled(SIGKILL), !state.isKilled, let kills = postMortem?.oomKills, kills > 0 {
            text += "; out of memory: the kernel has killed \(kills) in this control group"
        }
        logger.log(level: message.level, "\(text)", metadata: metadata)
        if message.level >= .warning { history.workerLost(id, text) }
        if let postMortem { writeInFlight(postMortem.account, id) }
        return text
    }

    /// However many there are, and whatever the worker has written there, a few lines.
    func writeInFlight(_ account: Scoreboard.Slot.Account, _ id: Worker.ID) {
        let (kinds, others) = RequestsInFlight.kinds(of: account.inFlight)
        let now = MonotonicClock.now
        for kind in kinds {
            var metadata = metadata(id)
            metadata["request"] = kind.ids.first.map { "\($0)" }
            if kind.ids.count > 1 { metadata["others"] = "\(kind.ids.dropFirst().joined(separator: ","))" }
            metadata["trace"] = kind.trace.map { "\($0)" }
            logger.error("in flight: \(kind.text(at: now))", metadata: metadata)
        }
        let more = others + account.unrecorded
        if more > 0 { logger.error("in flight: \(more) more", metadata: metadata(id)) }
    }

    /// A process has one name in every line: worker, generation, pid.
    func metadata(_ id: Worker.ID) -> Logger.Metadata {
        var metadata: Logger.Metadata = ["worker": "\(id.slot)", "gen": "\(id.generation)"]
        if let process = children.workers[id] { metadata["pid"] = "\(process.child.pid)" }
        return metadata
    }
}
