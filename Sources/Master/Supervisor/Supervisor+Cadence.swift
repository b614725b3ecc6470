/// What is done again and again: each has the time of its next turn, and none while there is no reason for it.
extension Supervisor {
    mutating func keepCadences(_ now: Duration) {
        extensionDue = isPatienceNeeded ? extensionDue ?? now + Configuration.extensionInterval : nil
        memoryDue =
            phase == .serving && measuresMemory ? memoryDue ?? now + Configuration.memoryInterval : nil
    }

    mutating func expireCadences(_ now: Duration) {
        if let due = aliveDue, due <= now { announceAlive(now) }
        if let due = extensionDue, due <= now { askForPatience(now) }
        if let due = memoryDue, due <= now {
            memoryDue = now + Configuration.memoryInterval
            effects.append(.measureMemory)
        }
    }

    mutating func announceAlive(_ now: Duration) {
        guard let watchdog else { return }
        aliveDue = now + watchdog / 2
        effects.append(.announce(.alive))
    }

    mutating func askForPatience(_ now: Duration) {
        extensionDue = now + Configuration.extensionInterval
        effects.append(.announce(.extend(Configuration.extensionLength)))
    }

    /// One turn makes up for all that were missed.
    mutating func postponeCadences(_ now: Duration) {
        aliveDue = aliveDue.map { max($0, now) }
        extensionDue = extensionDue.map { max($0, now) }
        memoryDue = memoryDue.map { max($0, now) }
        if let trouble { self.trouble?.endsAt = trouble.endsAt.map { max($0, now) } }
    }

    private var isPatienceNeeded: Bool {
        if case .stopping = phase { return true }
        // `systemctl reload` waits as long as a start may take (TimeoutStartSec=).
        return prestart != nil || reload != nil
    }

    private var measuresMemory: Bool { configurations.values.contains { $0.maxWorkerMemory != nil } }
}
