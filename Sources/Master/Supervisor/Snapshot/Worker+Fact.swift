extension Worker {
    var fact: Fact {
        var fact = Fact("worker")
            .with("slot", id.slot)
            .with("generation", id.generation)
            .with("serial", id.serial)
            .with("started", started)
            .with("accepts", accepts)
            .with(state)
        switch retires {
        case .asked: fact = fact.with("retires", "asked")
        case .memory(let bytes): fact = fact.with("retires", "memory").with("memory", bytes)
        case .outdated: fact = fact.with("retires", "outdated")
        case nil: fact = fact.with("retires", "no")
        }
        if asks { fact = fact.with("asks", true) }
        if let problem { fact = fact.with("problem", Words(problem)) }
        fact = fact.with("watched-for", liveness?.timeout)
        if let liveness {
            fact = fact.with("watched-from", liveness.from).with(liveness.loop, as: "loop").with(
                "pool", liveness.pool != nil)
            if let pool = liveness.pool { fact = fact.with(pool, as: "pool") }
        }
        return fact
    }

    init(_ fact: Fact) throws(SnapshotError) {
        let id = ID(
            slot: try fact.value("slot"), generation: try fact.value("generation"), serial: try fact.value("serial"))
        self.init(id: id, started: try fact.value("started"), state: try fact.state())
        accepts = try fact.value("accepts")
        retires =
            switch try fact.value("retires", as: String.self) {
            case "no": nil
            case "asked": .asked
            case "memory": .memory(try fact.value("memory"))
            case "outdated": .outdated
            default: throw .unreadable("retires", in: fact.line)
            }
        // Only of one that has them: a build that knew of none wrote nothing.
        if fact.has("asks") { asks = try fact.value("asks") }
        if fact.has("problem") { problem = try fact.value("problem", as: Words.self).value }
        guard let timeout = try fact.value("watched-for", as: Duration?.self) else { return }
        var liveness = Liveness(timeout: timeout, try fact.value("watched-from"))
        liveness.loop = try fact.watch("loop", timeout: timeout)
        if try fact.value("pool") { liveness.pool = try fact.watch("pool", timeout: timeout) }
        self.liveness = liveness
    }
}

extension Fact {
    fileprivate func with(_ watch: Watch, as name: String) -> Fact {
        with("\(name)-since", watch.since).with("\(name)-due", watch.due).with("\(name)-suspect", watch.isSuspect)
    }

    fileprivate func watch(_ name: String, timeout: Duration) throws(SnapshotError) -> Watch {
        var watch = Watch(since: try value("\(name)-since"), timeout: timeout, .zero)
        watch.due = try value("\(name)-due")
        watch.isSuspect = try value("\(name)-suspect")
        return watch
    }

    fileprivate func with(_ state: Worker.State) -> Fact {
        switch state {
        case .booting(let until): with("state", "booting").with("until", until)
        case .ready(let since): with("state", "ready").with("since", since)
        case .failing(let until, let fault): with("state", "failing").with("until", until).with(fault)
        case .draining(let until): with("state", "draining").with("until", until)
        case .stopping(let until): with("state", "stopping").with("until", until)
        case .failed(let fault): with("state", "failed").with(fault)
        case .killed: with("state", "killed")
        }
    }

    fileprivate func state() throws(SnapshotError) -> Worker.State {
        switch try value("state", as: String.self) {
        case "booting": .booting(until: try value("until"))
        case "ready": .ready(since: try value("since"))
        case "failing": .failing(until: try value("until"), try fault())
        case "draining": .draining(until: try value("until"))
        case "stopping": .stopping(until: try value("until"))
        case "failed": .failed(try fault())
        case "killed": .killed
        default: throw .unreadable("state", in: line)
        }
    }

    private func with(_ fault: Fault) -> Fact {
        switch fault {
        case .bootTime: with("fault", "boot")
        case .loopStuck(let silence): with("fault", "loop").with("silence", silence)
        case .poolStuck(let silence): with("fault", "pool").with("silence", silence)
        }
    }

    private func fault() throws(SnapshotError) -> Fault {
        switch try value("fault", as: String.self) {
        case "boot": .bootTime
        case "loop": .loopStuck(for: try value("silence"))
        case "pool": .poolStuck(for: try value("silence"))
        default: throw .unreadable("fault", in: line)
        }
    }
}
