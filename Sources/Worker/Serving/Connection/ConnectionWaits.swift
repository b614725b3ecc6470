/// Since when a connection waits for what.
struct ConnectionWaits {
    /// For a request: since nothing is owed to the client.
    var quietSince: UInt64
    /// For the rest of a head: since its first byte.
    var headSince: UInt64
    /// For a body.
    var body: MinimumRate
    /// For memory to take more of a body, which the client has sent.
    var memorySince: UInt64?
    /// For the client to read what waits for it.
    var output: MinimumRate
    /// When it last took something; nil when nothing was ever sent.
    var lastSent: UInt64?
    /// For the end of a connection whose worker leaves.
    var drainsSince: UInt64?
    /// It ends because nothing comes, not because something was said.
    var endsIdle = false
    /// For the client's end, since the half-close, and since it last sent something.
    private var lingersSince: UInt64 = 0
    private var lingerMoved: UInt64 = 0

    init(_ times: ConnectionTimes, at now: UInt64) {
        body = MinimumRate(standstill: times.body)
        output = MinimumRate(standstill: times.send)
        quietSince = now
        headSince = now
    }

    /// Since the wait for the current request began, of which no more than a part of its head is there.
    var requestSince: UInt64 { max(quietSince, headSince) }

    /// - Returns: whether to linger at all. Who has had its last answer for that long will not lose it by a reset.
    mutating func beginLinger(at now: UInt64, _ times: ConnectionTimes) -> Bool {
        lingersSince = now
        lingerMoved = endsIdle ? lastSent ?? 0 : now
        return lingerMoved + times.linger > now
    }

    mutating func lingerOn(at now: UInt64, _ times: ConnectionTimes) {
        lingerMoved = min(now, lingersSince + times.longestLinger - times.linger)
    }

    func lingerDeadline(_ times: ConnectionTimes) -> UInt64 { lingerMoved + times.linger }
}
