/// When the log says that connections of an address are refused: at once, and then now and then, however many there are.
struct AddressRefusals {
    /// Nanoseconds.
    static let interval: UInt64 = 10_000_000_000

    private var count = 0
    private var saidAt: UInt64?

    /// A connection is refused.
    /// - Returns: how many were since the log last said so, this one included; nil when it is not to say so yet.
    mutating func refuse(at now: UInt64) -> Int? {
        count += 1
        if let saidAt, now < saidAt + Self.interval { return nil }
        defer { (count, saidAt) = (0, now) }
        return count
    }
}
