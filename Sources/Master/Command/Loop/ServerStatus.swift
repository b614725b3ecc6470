import Contract
import Glibc
import Linux
import Platform
import Supervisor

/// How the server is, for the service manager and for `brigade status`.
struct ServerStatus {
    let supervisor: Supervisor
    let listeners: ServerListeners
    let history: ServerHistory

    /// The service manager's line.
    var line: String {
        let word = word
        let ready = "\(word): \(supervisor.readyWorkers) of \(supervisor.target) workers ready"
        let problem = supervisor.healthProblems.first.map { "health problem: \($0.text)" }
        let loss = word == "down" ? history.lastLoss : nil
        return ([ready] + [problem, loss, history.lastChange.map { "last \($0)" }].compactMap(\.self))
            .joined(separator: "; ")
    }

    /// One word for it.
    var word: String { word(isUnreachable: listeners.isUnreachable) }

    /// - Parameter isUnreachable: whether there is an address at which nobody can connect.
    private func word(isUnreachable: Bool) -> String {
        let isDown = supervisor.wasEverReady && supervisor.readyWorkers == 0
        if case .stopping = supervisor.state { return supervisor.state.name }
        if isDown { return "down" }
        return isUnreachable && supervisor.state == .serving ? "unreachable" : supervisor.state.name
    }

    /// - Parameter masterStarted: CLOCK_MONOTONIC.
    func report(_ children: ChildProcesses, masterStarted: Duration) -> StatusReport {
        var requests = history.totals.requests
        var latency = history.totals.latency
        let lines = supervisor.workers.map { worker in
            let account = children.account(
                of: worker, maxConnections: supervisor.settings(of: worker.id.generation).maxConnections)
            let pid = children.workers[worker.id]?.child.pid
            requests = .addingClamped(requests, account.requests)
            latency += account.latency
            return StatusReport.WorkerStatus(
                id: worker.id, pid: pid, state: worker.state.name, started: worker.started, account: account,
                memory: pid.flatMap(ProcessStatus.memory))
        }
        let refusals = listeners.refusals
        // After the workers were looked at: a request that has begun meanwhile has no negative age.
        let now = MonotonicClock.now
        return StatusReport(
            state: word(isUnreachable: !refusals.isEmpty), pid: getpid(), age: now - masterStarted,
            generation: supervisor.generation, target: supervisor.target, ready: supervisor.readyWorkers,
            requests: requests, latency: latency, lost: history.totals.lostWorkers, lastLoss: history.lastLoss,
            lastChange: history.lastChange, prestart: prestartStatus(children), refusals: refusals,
            problems: supervisor.healthProblems, workers: lines, now: now)
    }

    private func prestartStatus(_ children: ChildProcesses) -> StatusReport.PrestartStatus? {
        guard let prestart = children.prestart, let started = supervisor.prestartStarted else { return nil }
        return StatusReport.PrestartStatus(
            pid: prestart.child.pid, generation: prestart.generation, started: started)
    }
}
