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
    private let children: ChildProcesses

    init(_ logger: Logger, _ children: ChildProcesses, _ history: ServerHistory) {
        self.logger = logger
        self.children = children
        self.history = history
    }

    func write(_ event: OperatorEvent) {
        let message = OperatorMessage(event)
        if case .workerExited(let id, let status, let state, _, _) = event {
            writePostMortem(message, id, status, state)
        } else {
            logger.log(level: message.level, "\(message.text)", metadata: message.worker.map(metadata))
        }
        switch event {
        case .reloadComplete, .reloadFailed, .upgradeFailed: history.changed(message.text)
        default: break
        }
    }

    /// How a worker exited and, unless it was told to, what it was doing.
    private func writePostMortem(
        _ message: OperatorMessage, _ id: Worker.ID, _ status: ExitStatus, _ state: Worker.State
    ) {
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
    }

    /// However many there are, and whatever the worker has written there, a few lines.
    func writeInFlight(_ account: Scoreboard.Slot.Account, _ id: Worker.ID) {
        let (kinds, others) = RequestsInFlight.kinds(of: account.inFlight)
        let now = MonotonicClock.now
        for kind in kinds { logger.error("in flight: \(kind.text(at: now))", metadata: metadata(id)) }
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
