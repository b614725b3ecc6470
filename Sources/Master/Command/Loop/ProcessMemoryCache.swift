import Platform

/// How much memory processes use, as it was measured last: for the status and for the metrics. To measure it walks a process's
/// memory map, which takes the kernel up to a millisecond, and `brigade top` asks every second.
struct ProcessMemoryCache {
    private var sizes: [Int32: (bytes: Int?, time: Duration)] = [:]

    /// What was measured last, in bytes; nil if that is unknown.
    func lastMemory(of pid: Int32) -> Int? { sizes[pid]?.bytes }

    /// In bytes, as it was at most so long ago; nil if the process is gone.
    mutating func memory(of pid: Int32, within age: Duration, at now: Duration) -> Int? {
        if isDue(pid, within: age, at: now) { measure(pid, at: now) }
        return lastMemory(of: pid)
    }

    /// Measures at most one process, so that a pass of the master's loop does not take long.
    /// - Parameter age: nil if any measurement will do.
    /// - Returns: whether one was due, and others may be.
    mutating func measureNext(of pids: [Int32], within age: Duration?, at now: Duration) -> Bool {
        guard let pid = pids.first(where: { isDue($0, within: age, at: now) }) else { return false }
        measure(pid, at: now)
        return true
    }

    /// The process has exited.
    mutating func forget(_ pid: Int32) { sizes[pid] = nil }

    private func isDue(_ pid: Int32, within age: Duration?, at now: Duration) -> Bool {
        guard let known = sizes[pid] else { return true }
        return age.map { now - known.time >= $0 } ?? false
    }

    private mutating func measure(_ pid: Int32, at now: Duration) {
        sizes[pid] = (ProcessStatus.memory(of: pid), now)
    }
}
