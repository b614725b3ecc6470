extension Configuration {
    func fact(generation: Int) -> Fact {
        Fact("generation")
            .with("number", generation)
            .with("workers", workers)
            .with("prestart", prestart)
            .with("prestart-timeout", prestartTimeout)
            .with("graceful-timeout", gracefulTimeout)
            .with("worker-timeout", workerTimeout)
            .with("boot-timeout", bootTimeout)
            .with("shutdown-delay", shutdownDelay)
            .with("surge", surge)
            .with("unavailable", unavailable)
            .with("max-worker-memory", maxWorkerMemory)
            .with("watchdog", watchdog)
            .with("slots", slots)
    }

    init(_ fact: Fact) throws(SnapshotError) {
        let prestartTimeout: Duration? =
            fact.has("prestart-timeout")
            ? try fact.value("prestart-timeout", as: Duration?.self) : Self.defaultPrestartTimeout
        self.init(
            workers: try fact.value("workers"), prestart: try fact.value("prestart"),
            prestartTimeout: prestartTimeout,
            gracefulTimeout: try fact.value("graceful-timeout"), workerTimeout: try fact.value("worker-timeout"),
            bootTimeout: try fact.value("boot-timeout"), shutdownDelay: try fact.value("shutdown-delay"),
            surge: try fact.value("surge"), unavailable: try fact.value("unavailable"),
            maxWorkerMemory: try fact.value("max-worker-memory"), watchdog: try fact.value("watchdog"),
            slots: try fact.value("slots"))
    }
}
