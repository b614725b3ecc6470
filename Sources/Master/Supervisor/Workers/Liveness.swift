/// Whether a worker's loop and its blocking pool go on.
struct Liveness: Equatable {
    let timeout: Duration
    /// Silence before that proves nothing: the worker was not ready, or nobody was awake.
    var from: Duration
    var loop: Watch
    /// Only while a job waits.
    var pool: Watch?

    init(timeout: Duration, _ now: Duration) {
        self.timeout = timeout
        from = now
        loop = Watch(since: now, timeout: timeout, now)
    }

    var due: Duration { pool.map { min($0.due, loop.due) } ?? loop.due }

    /// A time that has not come yet is now.
    mutating func observe(_ vitals: Vitals, _ now: Duration) {
        loop.observe(min(vitals.tick, now), timeout: timeout, now)
        guard let waits = vitals.poolWaitsSince else {
            pool = nil
            return
        }
        if pool == nil { pool = Watch(since: from, timeout: timeout, now) }
        pool?.observe(min(waits, now), timeout: timeout, now)
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
