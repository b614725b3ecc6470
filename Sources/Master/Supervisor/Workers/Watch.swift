/// Since when something has given no sign of life, and when to look at it again.
///
/// It is found silent by two looks, not one: what has just been frozen together with the master shows at the second.
struct Watch: Equatable {
    var since: Duration
    var due: Duration
    /// It was silent at the first look.
    var isSuspect = false

    init(since: Duration, timeout: Duration, _ now: Duration) {
        self.since = since
        // An old sign is looked at at once; no look is late from the beginning.
        due = max(since + timeout - Self.margin(timeout), now)
    }

    mutating func observe(_ sign: Duration, timeout: Duration, _ now: Duration) {
        if sign > since { self = Watch(since: sign, timeout: timeout, now) }
    }

    /// - Returns: for how long it has been silent, when that is too long.
    mutating func look(timeout: Duration, _ now: Duration) -> Duration? {
        guard due <= now else { return nil }
        if isSuspect { return now - since }
        isSuspect = true
        due = max(since + timeout, now + Self.margin(timeout))
        return nil
    }

    /// Between the two looks.
    private static func margin(_ timeout: Duration) -> Duration { min(Configuration.slack, timeout / 2) }
}
