import Contract
import Glibc
import Linux
import Logging
import Platform
import Supervisor

/// How the server is, for the service manager and for `brigade status`.
struct ServerStatus {
    let supervisor: Supervisor
    let listeners: ServerListeners
    let history: ServerHistory
    let traffic: TrafficWindow
    let recent: RecentEvents

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

    /// - Parameters:
    ///   - masterStarted: CLOCK_MONOTONIC.
    ///   - memory: of a process, in bytes.
    func report(_ children: ChildProcesses, masterStarted: Duration, memory: (_ pid: Int32) -> Int?) -> StatusReport {
        var requests = history.totals.requests
        var serverErrors = history.totals.serverErrors ?? 0
        var latency = history.totals.latency
        let lines = supervisor.workers.map { worker in
            let account = children.account(of: worker, in: supervisor)
            let pid = children.workers[worker.id]?.child.pid
            requests = .addingClamped(requests, account.requests)
            serverErrors = .addingClamped(serverErrors, account.serverErrors)
            latency += account.latency
            return StatusReport.WorkerStatus(
                id: worker.id, pid: pid, state: worker.state.name, started: worker.started, account: account,
                memory: pid.flatMap(memory), cpu: pid.flatMap(ProcessStatus.processorTime),
                pool: children.slot(of: worker).pool, restarts: history.losses[worker.id.slot] ?? 0)
        }
        let refusals = listeners.refusals
        // After the workers were looked at: a request that has begun meanwhile has no negative age.
        let now = MonotonicClock.now
        return StatusReport(
            state: word(isUnreachable: !refusals.isEmpty), pid: getpid(), age: now - masterStarted,
            generation: supervisor.generation, target: supervisor.target, ready: supervisor.readyWorkers,
            requests: requests, serverErrors: serverErrors,
            rates: traffic.rates(to: .init(requests: requests, serverErrors: serverErrors), at: now),
            latency: latency, cpu: ProcessStatus.processorTime(of: getpid()), lost: history.totals.lostWorkers,
            lastLoss: history.lastLoss,
            lastChange: history.lastChange, prestart: prestartStatus(children), refusals: refusals,
            problems: supervisor.healthProblems, queues: queues, events: events, workers: lines, now: now)
    }

    private var queues: [StatusReport.QueueStatus] {
        listeners.all.compactMap { listener in
            AcceptQueue(of: listener.descriptor).map {
                StatusReport.QueueStatus(address: listener.address, length: $0.length, limit: $0.limit)
            }
        }
    }

    private static let mostEvents = 20

    private var events: [StatusReport.EventStatus] {
        let now = SuspendAwareClock.now
        return recent.entries.suffix(Self.mostEvents).map {
            StatusReport.EventStatus(
                age: now - $0.time, level: $0.level.rawValue, text: $0.text, slot: $0.worker?.slot)
        }
    }

    /// What all workers have answered.
    func measurement(_ children: ChildProcesses) -> TrafficWindow.Measurement {
        var sum = TrafficWindow.Measurement(
            requests: history.totals.requests, serverErrors: history.totals.serverErrors ?? 0)
        for worker in supervisor.workers {
            let totals = children.slot(of: worker).metrics.requests
            sum.requests = .addingClamped(sum.requests, totals.count)
            sum.serverErrors = .addingClamped(sum.serverErrors, totals.serverErrors)
        }
        return sum
    }

    /// The requests that all workers handle.
    func inFlight(_ children: ChildProcesses, limit: Int) -> InFlightReport {
        var entries: [InFlightReport.Entry] = []
        var unrecorded = 0
        for worker in supervisor.workers {
            let account = children.account(of: worker, in: supervisor)
            unrecorded += account.unrecorded
            let pid = children.workers[worker.id]?.child.pid
            entries += account.inFlight.map { InFlightReport.Entry(worker: worker.id, pid: pid, request: $0) }
        }
        return InFlightReport(entries, limit: limit, unrecorded: unrecorded, now: MonotonicClock.now)
    }

    private func prestartStatus(_ children: ChildProcesses) -> StatusReport.PrestartStatus? {
        guard let prestart = children.prestart, let started = supervisor.prestartStarted else { return nil }
        return StatusReport.PrestartStatus(
            pid: prestart.child.pid, generation: prestart.generation, started: started)
    }
}
