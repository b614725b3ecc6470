/// Whether a client sends content, or reads responses, fast enough: it must not stand still, and must move `minimum` bytes per
/// second over the last minute or so. A fast start earns no credit.
///
/// Time is split into windows. At the end of each, the bytes of the window and of the one before it must be enough for both; at
/// the end of the first window, the bytes of that window. Only time in which the client is waited for counts.
struct MinimumRate {
    /// Bytes per second.
    static let minimum: UInt64 = 240
    /// Nanoseconds of a window. Longer where a client may stand still for longer.
    static let minWindow: UInt64 = 30_000_000_000

    /// How long the client may stand still.
    private let standstill: UInt64
    private let window: UInt64
    /// Bytes that are enough for a window.
    private let enough: UInt64

    /// When the window began, moved on by the pauses since.
    private var began: UInt64 = 0
    private var lastMoved: UInt64 = 0
    /// In the current window.
    private var bytes: UInt64 = 0
    /// In the window before; nil in the first one.
    private var earlierBytes: UInt64?
    /// The client was too slow in a window that is over.
    private var isTooSlow = false
    private var pausedSince: UInt64?
    private(set) var isRunning = false

    /// - Parameter standstill: how long a client may stand still, in nanoseconds.
    init(standstill: UInt64) {
        self.standstill = standstill
        window = max(standstill, Self.minWindow)
        enough = window / 1_000_000_000 * Self.minimum
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
            // These bytes count for the old window, too: the client must not be blamed when the loop reads late.
            if lacks(bytes + UInt64(count)) { isTooSlow = true }
            let windows = (now - began) / window
            earlierBytes = windows == 1 ? bytes : 0
            began += windows * window
            bytes = 0
        }
        bytes += UInt64(count)
    }

    /// Whether so many bytes in this window are too few.
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

    /// When the client is too slow; nil while it is not waited for.
    var deadline: UInt64? {
        guard isRunning, pausedSince == nil else { return nil }
        if isTooSlow { return lastMoved }
        let standing = lastMoved + standstill
        return lacks(bytes) ? min(standing, began + window) : standing
    }
}
