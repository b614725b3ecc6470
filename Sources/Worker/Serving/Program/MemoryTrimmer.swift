internal import CLinux
import Glibc

/// Gives memory back to the system that malloc keeps after a peak, when the loop is idle.
@LoopActor final class MemoryTrimmer {
    /// When to measure, and whether to trim: a value. Times in nanoseconds, sizes in bytes.
    struct Policy {
        /// A loop that has waited for so long is idle.
        static let idleTime: UInt64 = 20_000_000
        /// Between two measurements.
        static let interval: UInt64 = 1_000_000_000
        /// How much what malloc keeps must have grown since the last trim.
        static let growth = 8 << 20

        private var lastPass: UInt64 = 0
        private var lastMeasurement: UInt64 = 0
        private var usual: Int?

        /// The loop begins a pass.
        /// - Returns: whether to measure the memory now.
        mutating func passBegins(at now: UInt64) -> Bool {
            let waited = now - lastPass
            lastPass = now
            guard waited >= Self.idleTime, now - lastMeasurement >= Self.interval else { return false }
            lastMeasurement = now
            return true
        }

        /// - Parameter kept: memory of the process that nothing uses.
        /// - Returns: whether to trim now; `trimmed` is called then.
        mutating func shouldTrim(kept: Int) -> Bool {
            guard let usual, kept < usual + Self.growth else {
                if usual == nil { usual = kept }
                return kept >= (usual ?? kept) + Self.growth
            }
            self.usual = min(usual, kept)
            return false
        }

        /// What is left cannot be given back.
        mutating func trimmed(kept: Int) {
            usual = kept
        }
    }

    private var policy = Policy()
    private let memory = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)

    func passBegins(at now: UInt64) {
        guard policy.passBegins(at: now), let kept, policy.shouldTrim(kept: kept) else { return }
        brigade_trim_malloc()
        policy.trimmed(kept: self.kept ?? kept)
    }

    /// Bytes in memory that malloc has not given out, roughly: static data counts too, and allocations that were never
    /// touched count against it. The difference between two measurements is what malloc keeps.
    private var kept: Int? { resident.map { $0 - Int(brigade_malloc_in_use()) } }

    /// Bytes in memory that belong to no file (proc_pid_statm(5)); nil where that cannot be read.
    private var resident: Int? {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 128) { buffer in
            let count = pread(memory, buffer.baseAddress, buffer.count, 0)
            guard count > 0 else { return nil }
            let pages = buffer[..<count].split(separator: UInt8(ascii: " ")).prefix(3).compactMap {
                Int(String(decoding: $0, as: UTF8.self))
            }
            return pages.count == 3 ? (pages[1] - pages[2]) * sysconf(Int32(_SC_PAGESIZE)) : nil
        }
    }
}
