internal import CLinux
import Glibc

/// CLOCK_MONOTONIC: it never jumps, and stops while the machine is suspended.
package enum MonotonicClock {
    /// Time since boot.
    package static var now: Duration { .nanoseconds(Int64(nanoseconds)) }

    package static var nanoseconds: UInt64 { brigade_monotonic_nanoseconds() }
}

/// CLOCK_BOOTTIME: it never jumps, and goes on while the machine is suspended.
package enum SuspendAwareClock {
    /// Time since boot.
    package static var now: Duration {
        var now = timespec()
        clock_gettime(CLOCK_BOOTTIME, &now)
        return .seconds(now.tv_sec) + .nanoseconds(now.tv_nsec)
    }
}

extension Duration {
    /// As `MonotonicClock` counts; 0 for a negative one.
    package var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        return UInt64(max(0, seconds)) * 1_000_000_000 + UInt64(max(0, attoseconds / 1_000_000_000))
    }
}
