extension Supervisor {
    /// How many workers there can be: half of the slots, because the other half may be leaving.
    var mostWorkers: Int { max(1, (capacity + 1) / 2) }

    /// The nearest number of workers that there can be.
    func possible(_ workers: Int) -> Int { min(max(workers, 1), mostWorkers) }

    /// TTIN, TTOU and `brigade scale`. What an operator wants now outlives what a reload brings.
    mutating func want(_ workers: Int) {
        if isStopping { return }
        guard workers == possible(workers) else {
            effects.append(.log(.workersAtLimit(target)))
            return
        }
        reload?.workers = nil
        reload?.formerTarget = nil
        target = workers
        effects.append(.log(.workersWanted(workers)))
    }
}
