extension Supervisor {
    /// The worker goes on serving until another is ready beside it. One that boots cannot ask for that, nor have grown.
    mutating func retire(_ worker: Worker, _ retirement: Retirement) {
        guard worker.isReady || (worker.isBooting && retirement == .outdated), worker.retires == nil else { return }
        slots[worker.id.slot - 1].worker?.retires = retirement
        effects.append(.log(.workerRetires(worker.id, retirement)))
    }

    /// Those that ask are to be replaced, as many as there may be, the oldest first.
    mutating func hearRequests(_ now: Duration) {
        for worker in workers.sorted(by: { $0.id.serial < $1.id.serial }) where worker.asks {
            // It may have been chosen for another reason, or leave by now.
            if worker.isReady, worker.retires == nil {
                guard recyclings.take(now) else { return }
                retire(worker, .asked)
            }
            slots[worker.id.slot - 1].worker?.asks = false
        }
    }

    /// When the next of those that ask is heard; no time that has passed.
    var requestDue: Duration? { workers.contains(where: \.asks) ? max(recyclings.due, lastEvent) : nil }

    mutating func weigh(_ memory: [Worker.ID: Int]) {
        for worker in workers {
            guard let used = memory[worker.id], let limit = settings(of: worker.id.generation).maxWorkerMemory else {
                continue
            }
            if used > limit { retire(worker, .memory(used)) }
        }
    }

    /// The next to be replaced: of those that ask the oldest, so that none waits behind others for ever. A reload replaces
    /// everybody, so that it comes first.
    var retiring: Worker? {
        switch reload?.step {
        case .trying, .rolling: return nil
        case .opening, .prestarting, nil:
            return staying(generation).filter { $0.isReady && $0.retires != nil }.min { $0.id.serial < $1.id.serial }
        }
    }
}
