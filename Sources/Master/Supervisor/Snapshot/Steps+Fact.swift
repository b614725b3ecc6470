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
        let fact = Fact("prestart").with("generation", generation).with("started", started)
        return switch state {
        case .running: fact.with("state", "running")
        case .terminating(let until): fact.with("state", "terminating").with("until", until)
        case .killed: fact.with("state", "killed")
        }
    }

    init(_ fact: Fact) throws(SnapshotError) {
        self.init(generation: try fact.value("generation"), started: try fact.value("started"))
        state =
            switch try fact.value("state", as: String.self) {
            case "running": .running
            case "terminating": .terminating(until: try fact.value("until"))
            case "killed": .killed
            default: throw .unreadable("state", in: fact.line)
            }
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
