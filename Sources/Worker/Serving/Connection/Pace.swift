/// How a client gets on with content that it sends, or with answers that it reads: it must not stand still, and in the
/// long run not be slower than the least rate.
///
/// Only time in which the client is waited for counts.
struct Pace {
    /// Nanoseconds for a byte: 240 bytes a second.
    static let slowest: UInt64 = 1_000_000_000 / 240

    /// A terabyte has all the time there is.
    private static let mostCounted: UInt64 = 1 << 40

    /// When it began, moved on by the pauses since.
    private var began: UInt64 = 0
    private var lastMoved: UInt64 = 0
    private var bytes: UInt64 = 0
    private var pausedSince: UInt64?
    private(set) var isRunning = false

    mutating func start(at now: UInt64) {
        (began, lastMoved, bytes, pausedSince, isRunning) = (now, now, 0, nil, true)
    }

    mutating func stop() {
        isRunning = false
    }

    mutating func moved(_ count: Int, at now: UInt64) {
        lastMoved = now
        bytes += UInt64(count)
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
    /// - Parameter standstill: how long it may stand still, and for how long its rate does not matter.
    func deadline(standstill: UInt64) -> UInt64? {
        guard isRunning, pausedSince == nil else { return nil }
        return min(lastMoved + standstill, began + max(standstill, min(bytes, Self.mostCounted) * Self.slowest))
    }
}
