extension Supervisor {
    mutating func askForReload() {
        if case .stopping = phase { return }
        if reload != nil || phase != .serving { effects.append(.log(.reloadNoted)) }
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

    mutating func opened(_ generation: Int, _ now: Duration) {
        guard reload?.generation == generation, reload?.step == .opening else { return }
        openGenerations.insert(generation)
        if configuration.prestart {
            reload?.step = .prestarting
            beginPrestart(generation, now)
        } else {
            reload?.step = .trying
        }
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
        effects.append(.log(.reloadAbandoned(generation: reload.generation, failure)))
        if isAnnounced { effects.append(.announce(.ready)) }
    }

    mutating func finishReload(_ now: Duration) {
        guard let reload, reload.step == .rolling, others(than: reload.generation).isEmpty else { return }
        guard staying(reload.generation).count(where: \.isReady) >= target else { return }
        self.reload = nil
        generation = reload.generation
        effects.append(.log(.reloadDone(generation: generation, took: now - reload.began)))
        if isAnnounced { effects.append(.announce(.ready)) }
    }
}
