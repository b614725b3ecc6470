/// How long a connection waits for its client, in nanoseconds.
struct ConnectionTimeouts: Sendable {
    /// For a head, from its first byte; for the first head from the opening of the connection.
    var head: UInt64 = 10_000_000_000
    /// For the next request.
    var keepAlive: UInt64 = 75_000_000_000
    /// For more of a body, and for memory to take more of it. `MinimumRate` holds, too.
    var body: UInt64 = 30_000_000_000
    /// For the client to read more of its responses. `MinimumRate` holds, too.
    var send: UInt64 = 30_000_000_000
    /// For the response to a request, or its head, from the request's arrival; nil is for ever.
    var request: UInt64?
    /// For one more request while the worker drains.
    var drainGrace: UInt64 = 1_000_000_000
    /// For the client's end of the connection after the server's, or for more of what the client still sends.
    var linger: UInt64 = 2_000_000_000
    /// For the client's end, however much it still sends.
    var maxLinger: UInt64 = 30_000_000_000
}

/// Since when a connection waits for what, and until when. All times are CLOCK_MONOTONIC, nanoseconds.
struct ConnectionTimers: ~Copyable {
    let timeouts: ConnectionTimeouts
    /// The client's rate while a body is read.
    var body: MinimumRate
    /// The client's rate while responses are sent.
    var output: MinimumRate
    /// Since nothing is owed to the client.
    private var idleSince: UInt64
    /// Since the first byte of the current head.
    private var headSince: UInt64
    /// Since there is no memory for more of a body.
    private var memorySince: UInt64?
    /// When the client last took something; nil when nothing was ever sent.
    private var lastSent: UInt64?
    private var drainsSince: UInt64?
    /// The connection ends because no request came, not because a response said so.
    private var endsIdle = false
    private var lingersSince: UInt64 = 0
    /// When the client last sent something since.
    private var lingerMoved: UInt64 = 0

    init(_ timeouts: ConnectionTimeouts, at now: UInt64) {
        self.timeouts = timeouts
        body = MinimumRate(standstill: timeouts.body)
        output = MinimumRate(standstill: timeouts.send)
        idleSince = now
        headSince = now
    }

    // MARK: Requests

    /// The first byte of a head has come.
    @inline(__always) mutating func headBegins(at now: UInt64) {
        headSince = now
    }

    /// Nothing is owed to the client: its time for the next request begins.
    @inline(__always) mutating func becomeIdle(at now: UInt64) {
        idleSince = now
    }

    /// Since the connection waits for the current request, of which at most a part of the head is there.
    var requestSince: UInt64 { max(idleSince, headSince) }

    @inline(__always) var headDeadline: UInt64 { requestSince + timeouts.head }

    @inline(__always) var bodyDeadline: UInt64? {
        if let memorySince { return memorySince + timeouts.body }
        return body.deadline
    }

    /// - Parameter isFirst: whether no request has come on this connection.
    @inline(__always) func idleDeadline(isFirst: Bool) -> UInt64 {
        if let drainsSince { return max(idleSince, drainsSince) + timeouts.drainGrace }
        return idleSince + (isFirst ? timeouts.head : timeouts.keepAlive)
    }

    // MARK: Memory

    @inline(__always) var isReadingPaused: Bool { memorySince != nil }

    /// The client is not read, and must not be blamed for that.
    mutating func pauseReading(at now: UInt64) {
        guard memorySince == nil else { return }
        memorySince = now
        body.pause(at: now)
    }

    mutating func resumeReading(at now: UInt64) {
        guard memorySince.take() != nil else { return }
        body.resume(at: now)
    }

    /// No more of the body is wanted.
    mutating func forgetMemory() {
        memorySince = nil
    }

    // MARK: Output

    @inline(__always) mutating func sent(at now: UInt64) {
        lastSent = now
    }

    // MARK: The end

    var isDraining: Bool { drainsSince != nil }

    mutating func drain(at now: UInt64) {
        drainsSince = drainsSince ?? now
    }

    mutating func endIdle() {
        endsIdle = true
    }

    /// - Returns: whether to linger. A client that has had its last response for long enough cannot lose it by a reset.
    mutating func beginLinger(at now: UInt64) -> Bool {
        lingersSince = now
        lingerMoved = endsIdle ? lastSent ?? 0 : now
        return lingerMoved + timeouts.linger > now
    }

    /// The client still sends something.
    mutating func extendLinger(at now: UInt64) {
        lingerMoved = min(now, lingersSince + timeouts.maxLinger - timeouts.linger)
    }

    var lingerDeadline: UInt64 { lingerMoved + timeouts.linger }
}
