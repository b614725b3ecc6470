extension Supervisor {
    mutating func observe(_ vitals: [Worker.ID: Vitals], _ now: Duration) {
        for (id, shown) in vitals where worker(id) != nil {
            slots[id.slot - 1].worker?.liveness?.observe(shown, now)
        }
    }

    /// Finds a worker that is due and gives no sign of life.
    mutating func examine(_ worker: Worker, _ now: Duration) {
        guard let fault = slots[worker.id.slot - 1].worker?.liveness?.look(now) else { return }
        effects += [.log(.workerStuck(worker.id, fault)), .signal(.abort, to: worker.id)]
        let until = now + Configuration.lastRespite
        guard case .ready(let since) = worker.state else {
            update(worker.id, to: .stopping(until: until))
            return
        }
        slots[worker.id.slot - 1].backoff.recover(after: now - since)
        update(worker.id, to: .failing(until: until, fault))
        if worker.id.generation == reload?.generation { abandon(.workerStuck(worker.id, fault)) }
    }

    /// A wait that ended much too late says that the machine or the master stood still, and perhaps everybody with it.
    /// Nobody is late for that: who boots or drains has what was left to it when the master last was awake, and silence
    /// counts anew. Only who was told to end at once is given no more than the time by which the wait was too long.
    mutating func forgiveOverrun(_ now: Duration) {
        guard let due = nextDeadline, now - due > Configuration.slack else { return }
        let overrun = now - due
        let unseen = now - lastEvent
        effects.append(.log(.overran(overrun)))
        for index in slots.indices {
            slots[index].worker?.postpone(by: unseen, respite: overrun, now)
            slots[index].restart = slots[index].restart.map { max($0, now) }
        }
        prestart?.postpone(by: unseen, respite: overrun)
        upgrade?.postpone(by: unseen)
        if case .stopping(var stop) = phase, let until = stop.until {
            stop.until = until + unseen
            phase = .stopping(stop)
        }
        postponeCadences(now)
    }
}
