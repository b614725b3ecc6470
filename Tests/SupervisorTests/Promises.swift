import Supervisor

extension Life {
    /// Which promises are broken after an event, in words.
    func brokenPromises(_ before: Supervisor, _ effects: [Effect]) -> [String] {
        var broken: [String] = []
        let workers = world.supervisor.workers
        if world.isLastFollowed { broken.append("something followed the last effect") }
        if !world.repeated.isEmpty { broken.append("told twice: \(world.repeated)") }
        guard world.outcome == nil else { return broken + brokenAtTheEnd }
        if Set(workers.map(\.id)) != Set(world.living) { broken.append("it knows other workers than live") }
        if Set(workers.map(\.id.slot)).count != workers.count { broken.append("two workers have one slot") }
        if workers.count(where: { !$0.isLeaving }) > world.supervisor.target + surge { broken.append("too many live") }
        if world.supervisorIsStopping, effects.contains(where: \.isSpawn) { broken.append("somebody new in a stop") }
        return broken + brokenDeadlines + brokenReadiness(before, effects) + brokenAnnouncements
    }

    /// Nobody who is to change is waited for without end.
    private var brokenDeadlines: [String] {
        let next = world.supervisor.nextDeadline ?? .seconds(Int64.max)
        var broken: [String] = []
        for worker in world.supervisor.workers where !worker.isReady && !worker.isDoomed {
            if worker.deadline.map({ $0 < next }) ?? true { broken.append("\(worker) has no deadline") }
        }
        if let watchdog = world.configuration.watchdog, next > world.now + watchdog / 2 { broken.append("too silent") }
        if world.prestart != nil, next > world.now + .seconds(10) { broken.append("no patience is asked for") }
        return broken
    }

    /// Ready workers go only when enough of them stay; all of them, but for a change of the generation.
    private func brokenReadiness(_ before: Supervisor, _ effects: [Effect]) -> [String] {
        let supervisor = world.supervisor
        let drains = effects.contains { if case .send(.drain, _) = $0 { true } else { false } }
        guard drains, !world.supervisorIsStopping else { return [] }
        let generations = Set(before.workers.filter { !$0.isLeaving }.map(\.id.generation))
        let isReload = before.standing.isReload || supervisor.standing.isReload
        let isChange = isReload || generations != [supervisor.generation]
        let least = min(before.target, supervisor.target) - (isChange ? unavailable : 0)
        return supervisor.readyWorkers >= least ? [] : ["\(supervisor.readyWorkers) are ready of \(least)"]
    }

    private var brokenAnnouncements: [String] {
        let turns = world.announced.filter { $0 == .ready || $0 == .reloading }
        var broken: [String] = []
        if zip(turns, turns.dropFirst()).contains(where: { $0 == $1 }) { broken.append("announced twice") }
        if turns.first == .reloading { broken.append("reloading before ready") }
        if world.supervisor.standing == .serving, turns.last != .ready { broken.append("ready was not announced") }
        return broken
    }

    /// When the master has ended.
    private var brokenAtTheEnd: [String] {
        let isAlone = world.living.isEmpty && world.prestart == nil && !world.isChecking
        let isQuiet = world.supervisor.nextDeadline == nil
        return isAlone && isQuiet ? [] : ["somebody outlives the master"]
    }

    /// When nothing has gone wrong for a long time.
    var brokenInCalm: [String] {
        guard world.outcome == nil else { return brokenAtTheEnd }
        let supervisor = world.supervisor
        var broken: [String] = []
        if supervisor.standing != .serving { broken.append("it is \(supervisor.standing)") }
        if world.serving.count != supervisor.target { broken.append("\(world.serving.count) serve") }
        if world.living.count != supervisor.target { broken.append("\(world.living.count) live") }
        if supervisor.workers.contains(where: { $0.retires != nil }) { broken.append("somebody was not replaced") }
        if Set(world.serving.map(\.generation)) != [supervisor.generation] { broken.append("generations are mixed") }
        if Set(world.closed).count != world.closed.count { broken.append("a generation was closed twice") }
        if world.closed.contains(supervisor.generation) { broken.append("the generation that serves was closed") }
        if world.closed.count != world.opened.count - 1 { broken.append("not every other generation was closed") }
        return broken
    }
}

extension Standing {
    fileprivate var isReload: Bool {
        if case .reloading = self { true } else { false }
    }
}

extension Effect {
    fileprivate var isSpawn: Bool {
        if case .spawn = self { true } else { false }
    }
}

extension Worker {
    fileprivate var isDoomed: Bool {
        switch state {
        case .failed, .killed: true
        default: false
        }
    }
}
