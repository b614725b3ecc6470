internal import CLinux

/// CLOCK_MONOTONIC: it never jumps, and stops while the machine is suspended.
package enum MonotonicClock {
    /// Time since boot.
    package static var now: Duration { .nanoseconds(Int64(nanoseconds)) }

    package static var nanoseconds: UInt64 { brigade_monotonic_nanoseconds() }
}

extension Duration {
    /// As `MonotonicClock` counts; 0 for a negative one.
    package var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        return UInt64(max(0, seconds)) * 1_000_000_000 + UInt64(max(0, attoseconds / 1_000_000_000))
    }
}
