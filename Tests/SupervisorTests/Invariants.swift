import Contract
import Supervisor

extension RandomRun {
    /// Which promises are broken after an event, in words.
    func violations(_ before: Supervisor, _ effects: [Effect]) -> [String] {
        var broken: [String] = []
        let workers = master.supervisor.workers
        if master.isLastFollowed { broken.append("something followed the last effect") }
        if !master.repeated.isEmpty { broken.append("told twice: \(master.repeated)") }
        guard master.exitCode == nil else { return broken + violationsAtTheEnd }
        if Set(workers.map(\.id)) != Set(master.living) { broken.append("it knows other workers than live") }
        if Set(workers.map(\.id.slot)).count != workers.count { broken.append("two workers have one slot") }
        if workers.count(where: { !$0.isLeaving }) > master.supervisor.target + surge { broken.append("too many live") }
        if master.isStopping, effects.contains(where: \.isSpawn) { broken.append("somebody new in a stop") }
        return broken + deadlineViolations + readinessViolations(before, effects) + announcementViolations
    }

    /// Nobody who is to change is waited for without end.
    private var deadlineViolations: [String] {
        let next = master.supervisor.nextDeadline ?? .seconds(Int64.max)
        var broken: [String] = []
        for worker in master.supervisor.workers where !worker.isReady && !worker.state.isKilled {
            if worker.deadline.map({ $0 < next }) ?? true { broken.append("\(worker) has no deadline") }
        }
        if let watchdog = master.watchdog, next > master.now + watchdog / 2 { broken.append("too silent") }
        if master.prestart != nil, next > master.now + .seconds(10) { broken.append("no patience is asked for") }
        return broken
    }

    /// Ready workers go only when enough of them stay; all of them, but for a change of the generation.
    private func readinessViolations(_ before: Supervisor, _ effects: [Effect]) -> [String] {
        let supervisor = master.supervisor
        let drains = effects.contains { if case .send(.drain, _) = $0 { true } else { false } }
        guard drains, !master.isStopping else { return [] }
        let generations = Set(before.workers.filter { !$0.isLeaving }.map(\.id.generation))
        let isReload = before.state.isReload || supervisor.state.isReload
        let isChange = isReload || generations != [supervisor.generation]
        let least = min(before.target, supervisor.target) - (isChange ? unavailable : 0)
        return supervisor.readyWorkers >= least ? [] : ["\(supervisor.readyWorkers) are ready of \(least)"]
    }

    private var announcementViolations: [String] {
        let turns = master.announced.filter { $0 == .ready || $0 == .reloading }
        var broken: [String] = []
        if zip(turns, turns.dropFirst()).contains(where: { $0 == $1 }) { broken.append("announced twice") }
        if turns.first == .reloading { broken.append("reloading before ready") }
        if master.supervisor.state == .serving, turns.last != .ready { broken.append("ready was not announced") }
        return broken
    }

    /// When the master has ended.
    private var violationsAtTheEnd: [String] {
        let isAlone = master.living.isEmpty && master.prestart == nil && !master.isChecking
        let isQuiet = master.supervisor.nextDeadline == nil
        return isAlone && isQuiet ? [] : ["somebody outlives the master"]
    }

    /// When nothing has gone wrong for a long time.
    var violationsInCalm: [String] {
        guard master.exitCode == nil else { return violationsAtTheEnd }
        let supervisor = master.supervisor
        var broken: [String] = []
        if supervisor.state != .serving { broken.append("it is \(supervisor.state)") }
        if master.serving.count != supervisor.target { broken.append("\(master.serving.count) serve") }
        if master.living.count != supervisor.target { broken.append("\(master.living.count) live") }
        if supervisor.workers.contains(where: { $0.recycleReason != nil }) {
            broken.append("somebody was not replaced")
        }
        if Set(master.serving.map(\.generation)) != [supervisor.generation] { broken.append("generations are mixed") }
        if Set(master.closed).count != master.closed.count { broken.append("a generation was closed twice") }
        if master.closed.contains(supervisor.generation) { broken.append("the generation that serves was closed") }
        if master.closed.count != master.opened.count - 1 { broken.append("not every other generation was closed") }
        return broken
    }
}

extension ServerState {
    fileprivate var isReload: Bool {
        if case .reloading = self { true } else { false }
    }
}

extension Effect {
    fileprivate var isSpawn: Bool {
        if case .spawn = self { true } else { false }
    }
}
