extension Supervisor {
    /// Brings the workers to the number that is wanted, of the generation that is wanted; a step at a time, so that
    /// never more than the surge are too many, and a ready one goes only when enough others are ready.
    mutating func staff(_ now: Duration) {
        let wanted = reload?.step == .rolling ? newestGeneration : generation
        let trial = reload?.step == .trying ? newestGeneration : nil
        if wanted != generation { cancelRestarts() }
        for worker in others(than: wanted, trial) where !worker.isReady { dismiss(worker.id, now) }
        while seats(wanted) > target, dropOne(of: wanted, now) {}

        let isTrialDue = trial.map { staying($0).isEmpty } ?? false
        while total > limit - (isTrialDue ? 1 : 0), dropIdle(of: wanted, now) {}
        if isTrialDue, let trial { _ = allot(trial, now) }
        fill(wanted, now)
        while workers.count(where: \.isReady) > target, let other = others(than: wanted, trial).first {
            dismiss(other.id, now)
        }
        // A place that has just become free is taken in the same breath, not at the next event.
        fill(wanted, now)
    }

    /// Those who are neither of the generation that is wanted nor on trial: old ones in a reload that goes well, new
    /// ones after one that was abandoned.
    func others(than wanted: Int, _ trial: Int? = nil) -> [Worker] {
        workers.filter { !$0.isLeaving && $0.id.generation != wanted && $0.id.generation != trial }
    }

    func staying(_ generation: Int) -> [Worker] {
        workers.filter { $0.id.generation == generation && !$0.isLeaving }
    }

    private var restarts: Int { slots.count { $0.restart != nil } }

    private var total: Int { workers.count { !$0.isLeaving } + restarts }

    private var limit: Int { target + Configuration.surge }

    private func seats(_ wanted: Int) -> Int { staying(wanted).count + restarts }

    private mutating func fill(_ wanted: Int, _ now: Duration) {
        while seats(wanted) < target, total < limit, allot(wanted, now) {}
    }

    mutating func cancelRestarts() {
        for index in slots.indices { slots[index].restart = nil }
    }

    /// Takes away a worker that serves nobody yet, or the plan of one.
    private mutating func dropIdle(of wanted: Int, _ now: Duration) -> Bool {
        if let index = slots.lastIndex(where: { $0.restart != nil }) {
            slots[index].restart = nil
            return true
        }
        guard let idle = staying(wanted).last(where: { !$0.isReady }) else { return false }
        dismiss(idle.id, now)
        return true
    }

    /// Who serves goes last, and then the highest number, so that a server whose number went up and down again has the
    /// workers 1 to N.
    private mutating func dropOne(of wanted: Int, _ now: Duration) -> Bool {
        if dropIdle(of: wanted, now) { return true }
        guard let last = staying(wanted).last else { return false }
        dismiss(last.id, now)
        return true
    }

    /// TTIN and TTOU.
    mutating func want(_ workers: Int) {
        if case .stopping = phase { return }
        guard (1...configuration.mostWorkers).contains(workers) else {
            effects.append(.log(.workersAtLimit(target)))
            return
        }
        target = workers
        effects.append(.log(.workersWanted(workers)))
    }
}
