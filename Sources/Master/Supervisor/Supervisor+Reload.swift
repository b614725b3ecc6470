extension Supervisor {
    mutating func askForReload() {
        if case .stopping = phase { return }
        let isFree = phase == .serving && reload == nil && upgrade == nil
        if !isFree, !reloadIsWanted { effects.append(.log(.reloadNoted)) }
        reloadIsWanted = true
    }

    mutating func beginReload(_ now: Duration) {
        reloadIsWanted = false
        newestGeneration += 1
        reload = Reload(generation: newestGeneration, began: now)
        effects.append(.log(.reloadBegan(generation: newestGeneration)))
        if isAnnounced { effects.append(.announce(.reloading)) }
        effects.append(.open(generation: newestGeneration))
    }

    mutating func opened(_ generation: Int, _ new: Configuration, _ now: Duration) {
        guard reload?.generation == generation, reload?.step == .opening else { return }
        let workers = possible(new.workers)
        if new.workers != configuration.workers { reload?.workers = workers }
        configurations[generation] = new
        if new.prestart {
            reload?.step = .prestarting
            beginPrestart(generation, now)
        } else {
            reload?.step = .trying
        }
    }

    mutating func openFailed(_ generation: Int, _ reason: String) {
        guard reload?.generation == generation, reload?.step == .opening else { return }
        abandon(.executable(reason: reason))
    }

    /// The first worker of the new generation is ready: from now on it takes over.
    mutating func proveReload() {
        if reload?.step == .trying { reload?.step = .rolling }
    }

    /// The old generation never stopped serving. What has left of it comes back, and new ones that are ready serve until
    /// it has.
    mutating func abandon(_ failure: Reload.Failure) {
        guard let reload else { return }
        self.reload = nil
        if let former = reload.formerTarget { target = former }
        effects.append(.log(.reloadAbandoned(generation: reload.generation, failure)))
        if isAnnounced { effects.append(.announce(.ready)) }
    }

    mutating func finishReload(_ now: Duration) {
        guard let reload, isTakenOver(reload) else { return }
        if let workers = reload.workers, workers != target {
            changeNumber(to: workers, now)
            guard isTakenOver(reload) else { return }
        }
        self.reload = nil
        generation = reload.generation
        effects.append(.log(.reloadDone(generation: generation, took: now - reload.began)))
        if isAnnounced { effects.append(.announce(.ready)) }
    }

    private func isTakenOver(_ reload: Reload) -> Bool {
        reload.step == .rolling && others(than: reload.generation).isEmpty
            && staying(reload.generation).count(where: \.isReady) >= target
            && !workers.contains { $0.id.generation != reload.generation && $0.isDrainingUnheard }
    }

    /// The last step: who has replaced the old workers becomes as many as the new settings want.
    private mutating func changeNumber(to workers: Int, _ now: Duration) {
        reload?.workers = nil
        reload?.formerTarget = target
        target = workers
        effects.append(.log(.workersWanted(workers)))
        staff(now)
    }
}
