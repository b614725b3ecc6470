/// What a worker shows of itself on the scoreboard.
package struct Heartbeat: Equatable, Sendable {
    /// When its loop last began a pass.
    package var loop: Duration
    /// Since when work waits for blocking threads that are all past their requests' deadlines. May be in the future; nil
    /// while there is no such work. A pool that is only busy is not stuck.
    package var poolOverdueSince: Duration?

    package init(loop: Duration, poolOverdueSince: Duration? = nil) {
        self.loop = loop
        self.poolOverdueSince = poolOverdueSince
    }
}

/// Why the master gives up a worker that is alive.
package enum LivenessFailure: Equatable, Sendable, Codable {
    /// Not ready within `boot-timeout`.
    case bootTimeout
    /// Its loop has begun no pass for so long.
    case loopStuck(for: Duration)
    /// Work has waited for so long for blocking threads that are past their requests' deadlines.
    case poolStuck(for: Duration)
}

/// Whether a worker's loop runs, and its blocking pool gets past requests that nobody waits for any more.
struct LivenessMonitor: Equatable, Codable {
    /// An idle loop makes one pass per second: a shorter silence proves nothing.
    private static let shortestTimeout = Duration.seconds(2)

    private let timeout: Duration
    /// Silence before that proves nothing: the worker was not ready, or the machine stood still.
    private var from: Duration
    private var loop: HeartbeatMonitor
    /// Only while work waits behind jobs that are overdue, or will be.
    private var pool: HeartbeatMonitor?

    init(timeout: Duration, _ now: Duration) {
        self.timeout = max(timeout, Self.shortestTimeout)
        from = now
        loop = HeartbeatMonitor(since: now, timeout: self.timeout, now)
    }

    var deadline: Duration { pool.map { min($0.deadline, loop.deadline) } ?? loop.deadline }

    /// A loop pass in the future is no heartbeat: a worker that shows one would never be stuck. A pool that will be
    /// overdue counts from now.
    mutating func observe(_ heartbeat: Heartbeat, _ now: Duration) {
        if heartbeat.loop <= now { loop.observe(heartbeat.loop, timeout: timeout, now) }
        guard let overdue = heartbeat.poolOverdueSince else {
            pool = nil
            return
        }
        if pool == nil { pool = HeartbeatMonitor(since: from, timeout: timeout, now) }
        pool?.observe(min(overdue, now), timeout: timeout, now)
    }

    mutating func check(_ now: Duration) -> LivenessFailure? {
        if let silence = loop.check(timeout: timeout, now) { return .loopStuck(for: silence) }
        if let silence = pool?.check(timeout: timeout, now) { return .poolStuck(for: silence) }
        return nil
    }

    /// Gives everything its full time again.
    mutating func restart(_ now: Duration) {
        from = now
        loop = HeartbeatMonitor(since: now, timeout: timeout, now)
        if pool != nil { pool = HeartbeatMonitor(since: now, timeout: timeout, now) }
    }
}

/// Since when something has been silent, and when to check it again.
///
/// Two checks must find it silent: a process that was frozen together with the master shows a heartbeat by the second.
private struct HeartbeatMonitor: Equatable, Codable {
    private var since: Duration
    private(set) var deadline: Duration
    /// It was silent at the first check.
    private var isSuspect = false

    init(since: Duration, timeout: Duration, _ now: Duration) {
        self.since = since
        // An old heartbeat is checked at once; no check is late from the beginning.
        deadline = max(since + timeout - Self.margin(timeout), now)
    }

    mutating func observe(_ heartbeat: Duration, timeout: Duration, _ now: Duration) {
        if heartbeat > since { self = HeartbeatMonitor(since: heartbeat, timeout: timeout, now) }
    }

    /// - Returns: for how long it has been silent, if that is too long.
    mutating func check(timeout: Duration, _ now: Duration) -> Duration? {
        guard deadline <= now else { return nil }
        if isSuspect { return now - since }
        isSuspect = true
        deadline = max(since + timeout, now + Self.margin(timeout))
        return nil
    }

    /// Between the two checks.
    private static func margin(_ timeout: Duration) -> Duration { min(.seconds(1), timeout / 2) }
}
