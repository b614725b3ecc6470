extension Supervisor {
    mutating func hear(_ message: Event.Message, from id: Worker.ID, _ now: Duration) {
        guard let worker = worker(id) else { return }
        switch message {
        case .ready: becomeReady(worker, now)
        case .draining:
            slots[id.slot - 1].worker?.accepts = false
            leaveByItself(worker, now)
        case .recycle: if worker.isReady, worker.retires == nil { slots[id.slot - 1].worker?.asks = true }
        case .booted, .drained: break
        }
    }

    /// A worker's process is gone.
    mutating func bury(_ id: Worker.ID, _ ending: Ending, _ now: Duration) {
        guard let worker = worker(id) else { return }
        slots[id.slot - 1].worker = nil
        let isLost = !worker.isLeaving && id.generation == generation && !isStopping
        let outcome = isLost ? countFailure(of: worker, ending) : nil
        var restart: Duration?
        if isLost, outcome == nil, reload?.step != .rolling {
            restart = delay(after: worker, ending, now)
            slots[id.slot - 1].restart = restart.map { now + $0 }
        }
        let age = now - worker.started
        effects.append(.log(.workerEnded(id, ending, state: worker.state, age: age, restart: restart)))
        if let outcome { giveUp(outcome) }
        if !worker.isLeaving, id.generation == reload?.generation { abandon(.workerEnded(id, ending)) }
    }

    /// One that served, and then asked by its exit code to be replaced, has not failed; unless it does nothing else.
    private mutating func delay(after worker: Worker, _ ending: Ending, _ now: Duration) -> Duration {
        let index = worker.id.slot - 1
        guard case .ready(let since) = worker.state else { return slots[index].backoff.delay() }
        slots[index].backoff.recover(after: now - since)
        let isAtOnce = ending == .recycle && slots[index].backoff.isFresh
        let delay = slots[index].backoff.delay()
        return isAtOnce ? .zero : delay
    }

    /// One step of what happens to a worker that does not do as it was told.
    mutating func expire(_ worker: Worker, _ now: Duration) {
        let id = worker.id
        guard let deadline = worker.stateDeadline, deadline <= now else { return examine(worker, now) }
        switch worker.state {
        case .booting:
            effects += [.log(.bootTimePassed(id)), .signal(.abort, to: id)]
            update(id, to: .failing(until: now + Configuration.lastRespite, .bootTime))
            if id.generation == reload?.generation { abandon(.bootTimePassed(id)) }
        case .failing(_, let fault): kill(id, as: .failed(fault))
        case .draining:
            effects.append(.log(.gracePassed(id)))
            cancel(id, now)
        case .stopping: kill(id, as: .killed)
        case .ready, .failed, .killed: break
        }
    }

    /// Sends a worker away as gently as it can be done: only a ready one has something to finish.
    mutating func dismiss(_ id: Worker.ID, _ now: Duration) {
        guard let worker = worker(id) else { return }
        switch worker.state {
        case .ready:
            effects += [.log(.workerDrains(id)), .send(.drain, to: id)]
            update(id, to: .draining(until: now + settings(of: id.generation).gracefulTimeout))
        case .booting: kill(id, as: .killed)
        case .failing(let until, _): update(id, to: .stopping(until: until))
        case .failed: update(id, to: .killed)
        case .draining, .stopping, .killed: break
        }
    }

    mutating func cancel(_ id: Worker.ID, _ now: Duration) {
        effects.append(.send(.stop, to: id))
        update(id, to: .stopping(until: now + Configuration.lastRespite))
    }

    mutating func kill(_ id: Worker.ID, as state: Worker.State) {
        effects += [.log(.workerKilled(id)), .signal(.kill, to: id)]
        update(id, to: state)
    }

    private mutating func becomeReady(_ worker: Worker, _ now: Duration) {
        guard worker.isBooting else { return }
        wasEverReady = true
        update(worker.id, to: .ready(since: now))
        let timeout = settings(of: worker.id.generation).workerTimeout
        slots[worker.id.slot - 1].worker?.liveness = timeout.map {
            Liveness(timeout: max($0, Configuration.leastWorkerTimeout), now)
        }
        effects += [.log(.workerReady(worker.id, after: now - worker.started)), .send(.accept, to: worker.id)]
        if worker.id.generation == reload?.generation { proveReload() }
    }

    /// Somebody sent TERM to the worker itself. Its place is taken at once, while it finishes what it has.
    private mutating func leaveByItself(_ worker: Worker, _ now: Duration) {
        guard worker.isReady else { return }
        effects.append(.log(.workerLeaves(worker.id)))
        update(worker.id, to: .draining(until: now + settings(of: worker.id.generation).gracefulTimeout))
        if worker.id.generation == reload?.generation { abandon(.workerLeft(worker.id)) }
    }
}
