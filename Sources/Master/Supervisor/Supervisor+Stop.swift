extension Supervisor {
    /// Begins to stop, or, when that is under way already, goes one stage on.
    mutating func stop(atLeast least: StopStage, _ now: Duration) {
        var stage = least
        var outcome = Effect.Outcome.stopped
        if case .stopping(let present, let planned) = phase {
            guard present != .kill else { return }
            stage = present.rawValue < least.rawValue ? least : present.next
            outcome = planned
        } else {
            effects += [.announce(.stopping), .closeListeners]
        }
        phase = .stopping(stage, outcome)
        effects.append(.log(.stopBegan(stage)))
        leaveAll(stage, now)
    }

    /// Nobody comes any more, and everybody goes.
    mutating func leaveAll(_ stage: StopStage, _ now: Duration) {
        reload = nil
        reloadIsWanted = false
        cancelRestarts()
        for worker in workers {
            switch stage {
            case .drain: dismiss(worker.id, now)
            case .stop: hasten(worker, now)
            case .kill: if worker.state != .killed, worker.state != .failed { kill(worker.id, as: .killed) }
            }
        }
        if stage == .kill { killPrestart() } else { terminatePrestart(now) }
    }

    mutating func killPrestart() {
        guard prestart != nil, prestart?.state != .killed else { return }
        prestart?.state = .killed
        effects.append(.signalPrestart(.kill))
    }

    private mutating func terminatePrestart(_ now: Duration) {
        guard prestart?.state == .running else { return }
        prestart?.state = .terminating(until: now + Configuration.lastRespite)
        effects.append(.signalPrestart(.terminate))
    }

    private mutating func hasten(_ worker: Worker, _ now: Duration) {
        switch worker.state {
        case .ready, .draining: cancel(worker.id, now)
        case .booting, .failing, .failed, .stopping, .killed: dismiss(worker.id, now)
        }
    }
}
