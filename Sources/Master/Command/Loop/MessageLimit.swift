import Contract

/// How often a worker is heard: a value. A worker says a handful of things in its life. One that never stops speaking, by
/// a bug or on purpose, costs its master a few messages a second, and no line for each.
struct MessageLimit: Equatable {
    /// Of one worker, in `window`.
    static let most = 32
    static let window = Duration.seconds(1)
    /// Between two lines about the same worker.
    static let silence = Duration.seconds(60)

    private var began: Duration?
    private var count = 0
    private var saidAt: Duration?
    /// Until then the worker is not heard: what it says waits in the channel, and what finds no room there is its loss.
    private(set) var restsUntil: Duration?

    func rests(at now: Duration) -> Bool { restsUntil.map { now < $0 } ?? false }

    /// A message has come.
    /// - Returns: whether the log is to say that there are too many.
    mutating func heard(at now: Duration) -> Bool {
        if now >= (began ?? now) + Self.window || began == nil {
            began = now
            count = 0
            restsUntil = nil
        }
        count += 1
        guard count == Self.most else { return false }
        restsUntil = now + Self.window
        if let saidAt, now < saidAt + Self.silence { return false }
        saidAt = now
        return true
    }
}
