/// Whether a client keeps up with content that it sends, or with answers that it reads: it must not stand still, and must
/// move so many bytes a second over the last minute or so. How fast it was before that earns it nothing.
///
/// Time is cut into windows. At the end of each, what was moved in it and in the one before it must be enough for both; of
/// the first window, what was moved in it. Only time in which the client is waited for counts.
struct MinimumRate {
    /// Bytes a second.
    static let least: UInt64 = 240
    /// Nanoseconds of a window. It is longer where a client may stand still for longer.
    static let shortestWindow: UInt64 = 30_000_000_000

    /// How long the client may stand still.
    private let standstill: UInt64
    private let window: UInt64
    /// Bytes that make a window good.
    private let enough: UInt64

    /// When the window began, moved on by the pauses since.
    private var began: UInt64 = 0
    private var lastMoved: UInt64 = 0
    /// Of the window.
    private var bytes: UInt64 = 0
    /// Of the window before it; nil in the first one.
    private var earlierBytes: UInt64?
    /// The client was too slow in a window that is over.
    private var isTooSlow = false
    private var pausedSince: UInt64?
    private(set) var isRunning = false

    /// - Parameter standstill: how long a client may stand still, in nanoseconds.
    init(standstill: UInt64) {
        self.standstill = standstill
        window = max(standstill, Self.shortestWindow)
        enough = window / 1_000_000_000 * Self.least
    }

    mutating func start(at now: UInt64) {
        (began, lastMoved, bytes, earlierBytes) = (now, now, 0, nil)
        (isTooSlow, pausedSince, isRunning) = (false, nil, true)
    }

    mutating func stop() {
        isRunning = false
    }

    mutating func moved(_ count: Int, at now: UInt64) {
        lastMoved = now
        if now >= began + window {
            // What comes just now is the old window's, too: whoever reads late must not blame the client.
            if lacks(bytes + UInt64(count)) { isTooSlow = true }
            let windows = (now - began) / window
            earlierBytes = windows == 1 ? bytes : 0
            began += windows * window
            bytes = 0
        }
        bytes += UInt64(count)
    }

    /// Whether so many bytes of this window are too few.
    private func lacks(_ bytes: UInt64) -> Bool {
        if let earlierBytes { earlierBytes + bytes < 2 * enough } else { bytes < enough }
    }

    /// The client is not waited for.
    mutating func pause(at now: UInt64) {
        if pausedSince == nil { pausedSince = now }
    }

    mutating func resume(at now: UInt64) {
        guard let since = pausedSince else { return }
        pausedSince = nil
        began += now - since
        lastMoved = now
    }

    /// When the client is given up; nil while it is not waited for.
    var deadline: UInt64? {
        guard isRunning, pausedSince == nil else { return nil }
        if isTooSlow { return lastMoved }
        let standing = lastMoved + standstill
        return lacks(bytes) ? min(standing, began + window) : standing
    }
}
