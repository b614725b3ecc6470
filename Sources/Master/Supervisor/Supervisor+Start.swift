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
        let until = settings(of: generation).prestartTimeout.map { now + $0 }
        prestart = Prestart(generation: generation, started: now, state: .running(until: until))
        effects += [.log(.prestartBegan(generation: generation)), .prestart(generation: generation)]
        askForPatience(now)
    }

    mutating func prestartEnded(_ generation: Int, _ ending: Ending, _ now: Duration) {
        guard let ended = prestart, ended.generation == generation else { return }
        prestart = nil
        let verdict: PrestartVerdict =
            if ended.isLate { .late } else if !ended.isRunning { .stopped } else {
                ending == .success ? .succeeded : .failed
            }
        effects.append(.log(.prestartEnded(generation: generation, ending, took: now - ended.started, verdict)))
        switch phase {
        case .prestarting:
            switch verdict {
            case .succeeded: phase = .serving
            case .failed where ending == .settingsRefused: giveUp(.settingsRefused)
            case .failed, .late, .stopped: giveUp(.prestartFailed)
            }
        case .serving:
            guard reload?.generation == generation, reload?.step == .prestarting else { return }
            switch verdict {
            case .succeeded: reload?.step = .trying
            case .late: abandon(.prestartTimePassed)
            case .failed, .stopped: abandon(.prestart(ending))
            }
        case .idle, .stopping, .gone: break
        }
    }

    /// One step of what happens to a prestart that does not end: it is told to, and then killed.
    mutating func expirePrestart(_ now: Duration) {
        guard let late = prestart, let deadline = late.deadline, deadline <= now else { return }
        guard late.isRunning else { return killPrestart() }
        prestart?.isLate = true
        effects.append(.log(.prestartTimePassed(generation: late.generation, after: now - late.started)))
        terminatePrestart(now)
    }

    /// Before the first worker was ever ready, failures count; afterwards no exit of a worker stops the master.
    /// - Returns: how the master ends, if that was one too many.
    mutating func countFailure(of worker: Worker, _ ending: Ending) -> Effect.Outcome? {
        guard !wasEverReady else { return nil }
        failuresAtStart += 1
        if ending == .applicationFailed { return .applicationFailed }
        if ending == .settingsRefused, worker.isBooting { return .settingsRefused }
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
