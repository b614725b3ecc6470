extension Supervisor {
    /// Starts a worker in the lowest free slot; false when there is none.
    mutating func allot(_ generation: Int, _ now: Duration) -> Bool {
        if let index = slots.firstIndex(where: \.isFree) {
            slots[index].backoff = Backoff()
            start(in: index, generation, now)
            return true
        }
        guard slots.count < capacity else { return false }
        slots.append(Slot(number: slots.count + 1))
        start(in: slots.count - 1, generation, now)
        return true
    }

    /// Changes a worker in its slot.
    mutating func update(_ id: Worker.ID, to state: Worker.State) {
        slots[id.slot - 1].worker?.state = state
        switch state {
        case .ready, .draining: break
        case .booting, .failing, .stopping, .failed, .killed: slots[id.slot - 1].worker?.liveness = nil
        }
    }

    func worker(_ id: Worker.ID) -> Worker? {
        guard slots.indices.contains(id.slot - 1), let worker = slots[id.slot - 1].worker, worker.id == id else {
            return nil
        }
        return worker
    }

    /// The time of what waits has come.
    mutating func expire(_ now: Duration) {
        for id in workers.map(\.id) {
            // Read anew: what happened to the one before may have changed this one.
            guard let worker = worker(id), let deadline = worker.deadline, deadline <= now else { continue }
            expire(worker, now)
        }
        for index in slots.indices {
            guard let restart = slots[index].restart, restart <= now else { continue }
            slots[index].restart = nil
            start(in: index, generation, now)
        }
        expirePrestart(now)
        expireUpgrade(now)
        expireStop(now)
        expireCadences(now)
    }

    private mutating func start(in index: Int, _ generation: Int, _ now: Duration) {
        workersStarted += 1
        let id = Worker.ID(slot: slots[index].number, generation: generation, serial: workersStarted)
        let state = Worker.State.booting(until: now + settings(of: generation).bootTimeout)
        slots[index].worker = Worker(id: id, started: now, state: state)
        effects.append(.spawn(id))
    }
}
