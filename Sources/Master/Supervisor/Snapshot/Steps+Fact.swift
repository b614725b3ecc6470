extension Slot {
    var fact: Fact {
        Fact("slot").with("number", number).with("restart", restart).with("next-wait", backoff.next)
    }

    init(_ fact: Fact) throws(SnapshotError) {
        self.init(number: try fact.value("number"), restart: try fact.value("restart"))
        backoff.next = try fact.value("next-wait")
    }
}

extension Reload {
    var fact: Fact {
        Fact("reload")
            .with("generation", generation)
            .with("began", began)
            .with("step", step)
            .with("workers", workers)
            .with("former-target", formerTarget)
    }

    init(_ fact: Fact) throws(SnapshotError) {
        self.init(
            generation: try fact.value("generation"), began: try fact.value("began"), step: try fact.value("step"),
            workers: try fact.value("workers"), formerTarget: try fact.value("former-target"))
    }
}

extension Upgrade {
    var fact: Fact {
        switch step {
        case .checking(let until): Fact("upgrade").with("step", "checking").with("until", until)
        case .ending: Fact("upgrade").with("step", "ending")
        case .replacing: Fact("upgrade").with("step", "replacing")
        }
    }

    init(_ fact: Fact) throws(SnapshotError) {
        step =
            switch try fact.value("step", as: String.self) {
            case "checking": .checking(until: try fact.value("until"))
            case "ending": .ending
            case "replacing": .replacing
            default: throw .unreadable("step", in: fact.line)
            }
    }
}

extension Prestart {
    var fact: Fact {
        let fact = Fact("prestart").with("generation", generation).with("started", started).with("late", isLate)
        return switch state {
        case .running(let until): fact.with("state", "running").with("until", until)
        case .terminating(let until): fact.with("state", "terminating").with("until", until)
        case .killed: fact.with("state", "killed")
        }
    }

    init(_ fact: Fact) throws(SnapshotError) {
        let state: State =
            switch try fact.value("state", as: String.self) {
            case "running": .running(until: try fact.value("until"))
            case "terminating": .terminating(until: try fact.value("until"))
            case "killed": .killed
            default: throw .unreadable("state", in: fact.line)
            }
        self.init(
            generation: try fact.value("generation"), started: try fact.value("started"), state: state,
            isLate: try fact.value("late"))
    }
}

extension HealthTrouble {
    var facts: [Fact] {
        [Fact("trouble").with("began", began).with("ends-at", endsAt)]
            + told.map { Fact("trouble-told").with("text", Words($0)) }
    }

    init(_ fact: Fact, told: [Fact]) throws(SnapshotError) {
        self.init(began: try fact.value("began"))
        endsAt = try fact.value("ends-at")
        for fact in told { self.told.append(try fact.value("text", as: Words.self).value) }
    }
}

extension Stop {
    var fact: Fact {
        Fact("stop").with("stage", stage).with("outcome", outcome).with("until", until)
    }

    init(_ fact: Fact) throws(SnapshotError) {
        self.init(
            stage: try fact.value("stage"), outcome: try fact.value("outcome"), until: try fact.value("until"))
    }
}
