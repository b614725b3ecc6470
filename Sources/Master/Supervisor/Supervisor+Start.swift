extension Supervisor {
    mutating func start(_ now: Duration) {
        guard phase == .idle else { return }
        announceAlive(now)
        if configuration.prestart {
            phase = .prestarting
            beginPrestart(generation, now)
        } else {
            phase = .serving
        }
    }

    mutating func beginPrestart(_ generation: Int, _ now: Duration) {
        prestart = Prestart(generation: generation, started: now)
        effects += [.log(.prestartBegan(generation: generation)), .prestart(generation: generation)]
        askForPatience(now)
    }

    mutating func prestartEnded(_ generation: Int, _ ending: Ending, _ now: Duration) {
        guard let ended = prestart, ended.generation == generation else { return }
        prestart = nil
        let wasStopped = ended.state != .running
        effects.append(
            .log(.prestartEnded(generation: generation, ending, took: now - ended.started, wasStopped: wasStopped)))
        switch phase {
        case .prestarting:
            if ending == .success { phase = .serving } else { giveUp(.prestartFailed) }
        case .serving:
            guard reload?.generation == generation, reload?.step == .prestarting else { return }
            if ending == .success { reload?.step = .trying } else { abandon(.prestart(ending)) }
        case .idle, .stopping, .gone: break
        }
    }

    /// Before the first worker was ever ready, failures count; afterwards no exit of a worker stops the master.
    /// - Returns: how the master ends, if that was one too many.
    mutating func countFailure(_ ending: Ending) -> Effect.Outcome? {
        guard !wasEverReady else { return nil }
        failuresAtStart += 1
        if ending == .applicationFailed { return .applicationFailed }
        return failuresAtStart >= Configuration.mostFailuresAtStart ? .neverReady : nil
    }

    mutating func announceReady() {
        guard !isAnnounced, reload == nil, readyWorkers >= target else { return }
        isAnnounced = true
        effects += [.log(.allReady(workers: target)), .announce(.ready)]
    }

    mutating func giveUp(_ outcome: Effect.Outcome) {
        effects.append(.log(.givenUp(outcome)))
        phase = .stopping(Stop(stage: .kill, outcome: outcome))
        leaveAll(.kill, .zero)
    }
}
