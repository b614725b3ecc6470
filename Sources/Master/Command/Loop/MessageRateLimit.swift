/// How often one worker is heard: a value. A worker sends a handful of messages in its life. One that never stops, by a bug or
/// on purpose, costs its master a few messages per second, and no log line for each.
struct MessageRateLimit: Equatable {
    /// In `window`.
    static let most = 32
    static let window = Duration.seconds(1)
    /// Between two log lines about the same worker.
    static let logInterval = Duration.seconds(60)

    private var began: Duration?
    private var count = 0
    private var loggedAt: Duration?
    /// Until then the worker is not heard: its messages wait in the channel, and those that find no room there are lost.
    private(set) var pausedUntil: Duration?

    func isPaused(at now: Duration) -> Bool { pausedUntil.map { now < $0 } ?? false }

    /// Counts a message.
    /// - Returns: whether the log must say that there are too many.
    mutating func received(at now: Duration) -> Bool {
        if now >= (began ?? now) + Self.window || began == nil {
            began = now
            count = 0
            pausedUntil = nil
        }
        count += 1
        guard count == Self.most else { return false }
        pausedUntil = now + Self.window
        if let loggedAt, now < loggedAt + Self.logInterval { return false }
        loggedAt = now
        return true
    }
}
