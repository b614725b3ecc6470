import Contract
import Linux
import Glibc
import Logging
import Platform
import Supervisor

extension Master {
    func write(_ notice: Notice) {
        let line = Line(notice)
        if case .workerEnded(let id, let ending, let state, _, _) = notice {
            bury(line, id, ending, state)
        } else {
            log.log(level: line.level, "\(line.text)", metadata: line.worker.map(metadata))
        }
        switch notice {
        case .reloadDone(let generation, _):
            lastChange = line.text
            if let next = plans.removeValue(forKey: generation) { adopt(next) }
        case .reloadAbandoned, .upgradeAbandoned: lastChange = line.text
        default: break
        }
        answer(pendingRequests.handle(notice))
        tellStatus()
    }

    /// The settings of a generation that has proved itself are the master's own from now on.
    private func adopt(_ next: ServerConfiguration) {
        plan = next
        running = next.settings.reloaded(over: running)
        log.logLevel = next.settings.logLevel.level
    }

    /// The service manager's line.
    var status: String {
        let ready = "\(state): \(supervisor.readyWorkers) of \(supervisor.target) workers ready"
        let problem = supervisor.healthProblems.first.map { "health problem: \($0.text)" }
        return
            ([ready] + [problem, state == "down" ? lastLoss : nil, lastChange.map { "last \($0)" }].compactMap(\.self))
            .joined(separator: "; ")
    }

    /// One word for how the server is.
    var state: String { state(refuses: !unreachable.isEmpty) }

    /// - Parameter refuses: whether there is an address at which nobody can connect.
    func state(refuses: Bool) -> String {
        let isDown = supervisor.wasEverReady && supervisor.readyWorkers == 0
        if case .stopping = supervisor.standing { return supervisor.standing.name }
        if isDown { return "down" }
        return refuses && supervisor.standing == .serving ? "unreachable" : supervisor.standing.name
    }

    func tellStatus() {
        guard toldStatus != status else { return }
        toldStatus = status
        holdings.manager.status(status)
    }

    /// A worker's end, and, if nobody wanted it that way, what the worker was doing.
    private func bury(_ line: Line, _ id: Worker.ID, _ ending: Ending, _ state: Worker.State) {
        var metadata = metadata(id)
        let obituary = workers[id]?.obituary
        if let obituary { metadata["requests"] = "\(obituary.account.requests)" }
        var text = line.text
        if ending == .signaled(SIGKILL), !state.isKilledByMaster, let kills = obituary?.oomKills, kills > 0 {
            text += "; the kernel has killed \(kills) in this control group for want of memory"
        }
        log.log(level: line.level, "\(text)", metadata: metadata)
        if line.level >= .warning {
            totals.lost += 1
            lastLoss = "worker \(id.slot) of generation \(id.generation): \(text)"
        }
        if let obituary { logInFlight(obituary.account, id) }
    }

    /// However many there are, and whatever the worker has written there, a few lines.
    func logInFlight(_ account: Scoreboard.Slot.Account, _ id: Worker.ID) {
        let (kinds, others) = RequestsInFlight.kinds(of: account.inFlight)
        let now = MonotonicClock.now
        for kind in kinds { log.error("in flight on it: \(kind.text(at: now))", metadata: metadata(id)) }
        let more = others + account.unrecorded
        if more > 0 { log.error("in flight on it: \(more) more", metadata: metadata(id)) }
    }

    /// A process has one name in every line: worker, generation, pid.
    func metadata(_ id: Worker.ID) -> Logger.Metadata {
        var metadata: Logger.Metadata = ["worker": "\(id.slot)", "gen": "\(id.generation)"]
        if let process = workers[id] { metadata["pid"] = "\(process.child.pid)" }
        return metadata
    }
}

extension BindAddress {
    /// What a person can give to a browser, where there is such a thing.
    var url: String {
        switch self {
        case .tcp: "http://\(self)"
        case .unix: description
        }
    }
}
