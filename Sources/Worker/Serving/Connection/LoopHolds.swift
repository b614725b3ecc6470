/// Which handlers that hold the loop are told of, in debug builds: a value. Times in nanoseconds.
///
/// Everybody else waits meanwhile, which a developer with one client does not notice.
struct LoopHolds {
    /// What is long.
    static let longest: UInt64 = 50_000_000
    /// Between two lines.
    private static let interval: UInt64 = 1_000_000_000
    /// Handlers that are told of: paths can be any number.
    private static let most = 100

    private var told: Set<String> = []
    private var lastTime: UInt64?

    /// - Parameter words: the method and the path, each of which is told of once.
    /// - Returns: whether it is to be told now.
    mutating func isNews(_ words: @autoclosure () -> String, from start: UInt64, to end: UInt64) -> Bool {
        guard end >= start, end - start > Self.longest, told.count < Self.most else { return false }
        if let lastTime, end - lastTime < Self.interval { return false }
        guard told.insert(words()).inserted else { return false }
        lastTime = end
        return true
    }
}
