extension Supervisor {
    /// Brings the workers to the number that is wanted, of the generation that is wanted; a step at a time, so that
    /// never more than the surge are too many, and a ready one goes only when enough others are ready.
    mutating func staff(_ now: Duration) {
        let wanted = reload?.step == .rolling ? newestGeneration : generation
        let trial = reload?.step == .trying ? newestGeneration : nil
        if wanted != generation { cancelRestarts() }
        for worker in others(than: wanted, trial) where !worker.isReady { dismiss(worker.id, now) }
        while seats(wanted) > places, dropOne(of: wanted, now) {}
        if let trial, staying(trial).isEmpty { tryOne(of: trial, besides: wanted, now) }
        while total > limit, dropIdle(of: wanted, now) {}
        fill(wanted, now)
        while readyWorkers > leastReady, let other = others(than: wanted, trial).first { dismiss(other.id, now) }
        while readyWorkers > target, let retiring { dismiss(retiring.id, now) }
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

    /// How many workers of the generation that is wanted there shall be: one more while one retires.
    private var places: Int { target + (retiring == nil ? 0 : 1) }

    /// How many workers there may be. Recycling takes no ready worker away, so that it needs one beside it.
    private var limit: Int { max(target + rules.surge, places) }

    /// How many workers a change of the generation leaves ready.
    private var leastReady: Int { target - rules.unavailable }

    /// Whose surge counts: theirs who come.
    private var rules: Configuration {
        switch reload?.step {
        case .trying, .rolling: settings(of: newestGeneration)
        case .opening, .prestarting, nil: configuration
        }
    }

    private func seats(_ wanted: Int) -> Int { staying(wanted).count + restarts }

    private mutating func fill(_ wanted: Int, _ now: Duration) {
        while seats(wanted) < places, total < limit, allot(wanted, now) {}
    }

    /// Starts the first worker of a new generation; where there may be no surge, in the place of an old one.
    private mutating func tryOne(of trial: Int, besides wanted: Int, _ now: Duration) {
        while total >= limit, dropIdle(of: wanted, now) {}
        if total >= limit {
            if let other = others(than: wanted, trial).first {
                dismiss(other.id, now)
            } else {
                _ = dropOne(of: wanted, now)
            }
        }
        if total < limit { _ = allot(trial, now) }
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

    /// Who serves goes last, and then one that is to go anyhow, and then the highest number, so that a server whose
    /// number went up and down again has the workers 1 to N.
    private mutating func dropOne(of wanted: Int, _ now: Duration) -> Bool {
        if dropIdle(of: wanted, now) { return true }
        let staying = staying(wanted)
        guard let one = staying.last(where: { $0.retires != nil }) ?? staying.last else { return false }
        dismiss(one.id, now)
        return true
    }
}
