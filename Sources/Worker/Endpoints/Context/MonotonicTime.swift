import Glibc

/// CLOCK_MONOTONIC, by which the server sets deadlines.
enum MonotonicTime {
    static var nanoseconds: UInt64 {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
    }
}
