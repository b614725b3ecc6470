/// How many workers are replaced because they ask for it: as many as ask, for a while, and then one a second. A worker that
/// asks as soon as it is ready would keep the machine busy with starts.
struct RecyclingLimit: Equatable {
    static let interval = Duration.seconds(1)
    /// So many may be replaced at once, after as many seconds in which none was.
    static let burst = 32

    /// The time for which intervals are used up: it may be ahead of now by the burst's length.
    var usedUntil = Duration.zero

    /// When the next one is allowed; it may have passed.
    var due: Duration { usedUntil + Self.interval - Self.interval * Self.burst }

    /// - Returns: whether one is allowed now, which is used up then.
    mutating func take(_ now: Duration) -> Bool {
        guard due <= now else { return false }
        usedUntil = max(usedUntil, now) + Self.interval
        return true
    }
}
