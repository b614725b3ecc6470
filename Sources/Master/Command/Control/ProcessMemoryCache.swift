import Platform

/// How much memory processes use. A process is measured again after a while only: that walks its memory map, which takes the
/// kernel up to a millisecond, and `brigade top` asks every second.
struct ProcessMemoryCache {
    private static let lifetime = Duration.seconds(3)

    private var sizes: [Int32: (bytes: Int?, time: Duration)] = [:]

    /// In bytes; nil if the process is gone.
    mutating func memory(of pid: Int32, at now: Duration) -> Int? {
        if let known = sizes[pid], now - known.time < Self.lifetime { return known.bytes }
        // Processes that have exited go here.
        sizes = sizes.filter { now - $0.value.time < Self.lifetime }
        let bytes = ProcessStatus.memory(of: pid)
        sizes[pid] = (bytes, now)
        return bytes
    }
}
