extension Supervisor {
    /// Begins to stop, or, when that is under way already, goes one stage on.
    mutating func stop(atLeast least: StopStage, _ now: Duration) {
        guard case .stopping(let stop) = phase else {
            effects.append(.announce(.stopping))
            if least != .withdraw { effects.append(.closeListeners) }
            enter(least, .stopped, now)
            return
        }
        guard stop.stage != .kill else { return }
        if stop.stage == .withdraw { effects.append(.closeListeners) }
        enter(stop.stage.rawValue < least.rawValue ? least : stop.stage.next, stop.outcome, now)
    }

    /// Without a ready worker there is no readiness to take back.
    var firstStage: StopStage { configuration.shutdownDelay > .zero && readyWorkers > 0 ? .withdraw : .drain }

    /// `shutdown-delay` has passed.
    mutating func expireStop(_ now: Duration) {
        guard case .stopping(let stop) = phase, let until = stop.until, until <= now else { return }
        self.stop(atLeast: .drain, now)
    }

    private mutating func enter(_ stage: StopStage, _ outcome: Effect.Outcome, _ now: Duration) {
        let until = stage == .withdraw ? now + configuration.shutdownDelay : nil
        phase = .stopping(Stop(stage: stage, outcome: outcome, until: until))
        effects.append(.log(.stopBegan(stage)))
        leaveAll(stage, now)
    }

    /// Nobody comes any more, and everybody goes.
    mutating func leaveAll(_ stage: StopStage, _ now: Duration) {
        reload = nil
        reloadIsWanted = false
        upgradeIsWanted = false
        cancelRestarts()
        for worker in workers {
            switch stage {
            case .withdraw: withdraw(worker, now)
            case .drain: dismiss(worker.id, now)
            case .stop: hasten(worker, now)
            case .kill: if !worker.isDoomed { kill(worker.id, as: .killed) }
            }
        }
        endUpgradeCheck()
        if stage == .kill { killPrestart() } else { terminatePrestart(now) }
    }

    mutating func killPrestart() {
        guard prestart != nil, prestart?.state != .killed else { return }
        prestart?.state = .killed
        effects.append(.signalPrestart(.kill))
    }

    mutating func terminatePrestart(_ now: Duration) {
        guard prestart?.isRunning == true else { return }
        prestart?.state = .terminating(until: now + Configuration.lastRespite)
        effects.append(.signalPrestart(.terminate))
    }

    private mutating func withdraw(_ worker: Worker, _ now: Duration) {
        if worker.isReady { effects.append(.send(.withdraw, to: worker.id)) } else { dismiss(worker.id, now) }
    }

    private mutating func hasten(_ worker: Worker, _ now: Duration) {
        switch worker.state {
        case .ready, .draining: cancel(worker.id, now)
        case .booting, .failing, .failed, .stopping, .killed: dismiss(worker.id, now)
        }
    }
}
