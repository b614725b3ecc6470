extension Supervisor {
    mutating func hear(_ message: Event.Message, from id: Worker.ID, _ now: Duration) {
        guard let worker = worker(id) else { return }
        switch message {
        case .ready: becomeReady(worker, now)
        case .draining: leaveByItself(worker, now)
        case .booted, .drained: break
        }
    }

    /// A worker's process is gone.
    mutating func bury(_ id: Worker.ID, _ ending: Ending, _ now: Duration) {
        guard let worker = worker(id) else { return }
        slots[id.slot - 1].worker = nil
        let isLost = !worker.isLeaving && id.generation == generation
        let outcome = isLost ? countFailure(ending) : nil
        var restart: Duration?
        if isLost, outcome == nil, reload?.step != .rolling {
            var healthy = Duration.zero
            if case .ready(let since) = worker.state { healthy = now - since }
            let delay = slots[id.slot - 1].backoff.delay(afterHealthy: healthy)
            slots[id.slot - 1].restart = now + delay
            restart = delay
        }
        let age = now - worker.started
        effects.append(.log(.workerEnded(id, ending, state: worker.state, age: age, restart: restart)))
        if let outcome { giveUp(outcome) }
        if !worker.isLeaving, id.generation == reload?.generation { abandon(.workerEnded(id, ending)) }
    }

    /// One step of what happens to a worker that does not do as it was told.
    mutating func expire(_ worker: Worker, _ now: Duration) {
        let id = worker.id
        switch worker.state {
        case .booting:
            effects += [.log(.bootTimePassed(id)), .signal(.abort, to: id)]
            update(id, to: .failing(until: now + Configuration.lastRespite))
            if id.generation == reload?.generation { abandon(.bootTimePassed(id)) }
        case .failing: kill(id, as: .failed)
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
            update(id, to: .draining(until: now + configuration.gracefulTimeout))
        case .booting: kill(id, as: .killed)
        case .failing(let until): update(id, to: .stopping(until: until))
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
        effects.append(.log(.workerReady(worker.id, after: now - worker.started)))
        if worker.id.generation == reload?.generation { proveReload() }
    }

    /// Somebody sent TERM to the worker itself. Its place is taken at once, while it finishes what it has.
    private mutating func leaveByItself(_ worker: Worker, _ now: Duration) {
        guard worker.isReady else { return }
        effects.append(.log(.workerLeaves(worker.id)))
        update(worker.id, to: .draining(until: now + configuration.gracefulTimeout))
        if worker.id.generation == reload?.generation { abandon(.workerLeft(worker.id)) }
    }
}
