/// Whether a worker's loop goes on, and its blocking pool gets beyond requests that nobody waits for any more.
struct Liveness: Equatable {
    let timeout: Duration
    /// Silence before that proves nothing: the worker was not ready, or nobody was awake.
    var from: Duration
    var loop: Watch
    /// Only while it has work waiting behind jobs that are overdue, or will be.
    var pool: Watch?

    init(timeout: Duration, _ now: Duration) {
        self.timeout = timeout
        from = now
        loop = Watch(since: now, timeout: timeout, now)
    }

    var due: Duration { pool.map { min($0.due, loop.due) } ?? loop.due }

    /// A pass that is yet to come is no sign of life: whoever shows one would live for ever. A pool that is yet to be
    /// overdue is overdue from now on at the earliest.
    mutating func observe(_ vitals: Vitals, _ now: Duration) {
        if vitals.tick <= now { loop.observe(vitals.tick, timeout: timeout, now) }
        guard let overdue = vitals.poolOverdueSince else {
            pool = nil
            return
        }
        if pool == nil { pool = Watch(since: from, timeout: timeout, now) }
        pool?.observe(min(overdue, now), timeout: timeout, now)
    }

    mutating func look(_ now: Duration) -> Fault? {
        if let silence = loop.look(timeout: timeout, now) { return .loopStuck(for: silence) }
        if let silence = pool?.look(timeout: timeout, now) { return .poolStuck(for: silence) }
        return nil
    }

    /// Everything is given its full time again.
    mutating func forgive(_ now: Duration) {
        from = now
        loop = Watch(since: now, timeout: timeout, now)
        if pool != nil { pool = Watch(since: now, timeout: timeout, now) }
    }
}
