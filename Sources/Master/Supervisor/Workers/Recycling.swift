/// Why a worker that serves well is replaced.
package enum RecycleReason: Equatable, Sendable, Codable {
    /// It asked for it: it has reached `max-requests`, or has a reason of its own.
    case requested
    /// It uses so many bytes, more than `max-worker-memory`.
    case memory(bytes: Int)
    /// Another listening socket has replaced one that it holds.
    case listenerReplaced
    /// `brigade workers drain`.
    case operatorsRequest
}

/// How many workers are replaced because they ask for it: a burst, then one per second. A worker that asks as soon as it is
/// ready would otherwise keep the machine busy with starts.
struct RecycleRateLimit: Equatable, Codable {
    static let interval = Duration.seconds(1)
    /// This many may be replaced at once, after as many seconds in which none was.
    static let burst = 32

    /// Intervals are used up until then: ahead of now by the length of the burst at most.
    private var usedUntil = Duration.zero

    /// When the next replacement is allowed; it may have passed.
    var due: Duration { usedUntil + Self.interval - Self.interval * Self.burst }

    /// - Returns: whether a replacement is allowed now. If so, it is used up.
    mutating func take(_ now: Duration) -> Bool {
        guard due <= now else { return false }
        usedUntil = max(usedUntil, now) + Self.interval
        return true
    }
}
