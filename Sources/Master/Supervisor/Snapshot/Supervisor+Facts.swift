extension Supervisor {
    var facts: [Fact] {
        var facts = [ownFact]
        for (number, configuration) in configurations.sorted(by: { $0.key < $1.key }) {
            facts.append(configuration.fact(generation: number))
        }
        facts += slots.map(\.fact) + workers.map(\.fact)
        if case .stopping(let stop) = phase { facts.append(stop.fact) }
        if let trouble { facts += trouble.facts }
        if recyclings.usedUntil != .zero { facts.append(Fact("recyclings").with("used-until", recyclings.usedUntil)) }
        return facts + [reload?.fact, upgrade?.fact, prestart?.fact].compactMap(\.self)
    }

    private var ownFact: Fact {
        Fact("supervisor")
            .with("version", Snapshot.version)
            .with("phase", phaseWord)
            .with("slots", capacity)
            .with("watchdog", watchdog)
            .with("target", target)
            .with("generation", generation)
            .with("newest-generation", newestGeneration)
            .with("reload-wanted", reloadIsWanted)
            .with("upgrade-wanted", upgradeIsWanted)
            .with("workers-started", workersStarted)
            .with("failures-at-start", failuresAtStart)
            .with("ever-ready", wasEverReady)
            .with("announced", isAnnounced)
            .with("last-event", lastEvent)
            .with("alive-due", aliveDue)
            .with("extension-due", extensionDue)
            .with("memory-due", memoryDue)
    }

    private var phaseWord: String {
        switch phase {
        case .idle: "idle"
        case .prestarting: "prestarting"
        case .serving: "serving"
        case .stopping: "stopping"
        case .gone: "gone"
        }
    }

    init(facts: Facts) throws(SnapshotError) {
        let own = try facts.required("supervisor")
        let version: Int = try own.value("version")
        guard version == Snapshot.version else {
            throw SnapshotError("the state is of version \(version); this build reads version \(Snapshot.version)")
        }
        capacity = try own.value("slots")
        watchdog = try own.value("watchdog")
        configurations = [:]
        for fact in facts.all("generation") { configurations[try fact.value("number")] = try Configuration(fact) }
        target = try own.value("target")
        generation = try own.value("generation")
        newestGeneration = try own.value("newest-generation")
        reloadIsWanted = try own.value("reload-wanted")
        upgradeIsWanted = try own.value("upgrade-wanted")
        workersStarted = try own.value("workers-started")
        failuresAtStart = try own.value("failures-at-start")
        wasEverReady = try own.value("ever-ready")
        isAnnounced = try own.value("announced")
        lastEvent = try own.value("last-event")
        aliveDue = try own.value("alive-due")
        extensionDue = try own.value("extension-due")
        memoryDue = try own.value("memory-due")
        phase = try Self.phase(own, facts)
        if let fact = try facts.one("reload") { reload = try Reload(fact) }
        if let fact = try facts.one("upgrade") { upgrade = try Upgrade(fact) }
        if let fact = try facts.one("prestart") { prestart = try Prestart(fact) }
        if let fact = try facts.one("recyclings") { recyclings.usedUntil = try fact.value("used-until") }
        if let fact = try facts.one("trouble") {
            trouble = try HealthTrouble(fact, told: facts.all("trouble-told"))
        }
        for fact in facts.all("slot") { slots.append(try Slot(fact)) }
        try seat(facts)
    }

    private static func phase(_ own: Fact, _ facts: Facts) throws(SnapshotError) -> Phase {
        switch try own.value("phase", as: String.self) {
        case "idle": .idle
        case "prestarting": .prestarting
        case "serving": .serving
        case "stopping": .stopping(try Stop(facts.required("stop")))
        case "gone": .gone
        default: throw .unreadable("phase", in: own.line)
        }
    }

    /// What does not fit together is refused: a master that went on with it would trap later.
    private mutating func seat(_ facts: Facts) throws(SnapshotError) {
        guard slots.map(\.number) == Array(1..<slots.count + 1), slots.count <= capacity else {
            throw SnapshotError("the slots are not numbered from 1 to at most \(capacity)")
        }
        guard target == possible(target) else { throw SnapshotError("there cannot be \(target) workers") }
        for fact in facts.all("worker") {
            let worker = try Worker(fact)
            guard slots.indices.contains(worker.id.slot - 1), slots[worker.id.slot - 1].worker == nil else {
                throw SnapshotError("the line '\(fact.line)' has no slot of its own")
            }
            slots[worker.id.slot - 1].worker = worker
        }
        var generations = Set(workers.map(\.id.generation) + [generation])
        if let reload, reload.step != .opening { generations.insert(reload.generation) }
        for generation in generations.sorted() where configurations[generation] == nil {
            throw SnapshotError("there is no line 'generation number=\(generation)'")
        }
    }
}
