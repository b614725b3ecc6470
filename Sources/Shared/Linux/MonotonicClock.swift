internal import CLinux

/// CLOCK_MONOTONIC: it never jumps, and stops while the machine is suspended.
package enum MonotonicClock {
    /// Time since boot.
    package static var now: Duration { .nanoseconds(Int64(nanoseconds)) }

    package static var nanoseconds: UInt64 { brigade_monotonic_nanoseconds() }
}
