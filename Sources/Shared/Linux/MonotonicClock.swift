internal import CLinux

/// CLOCK_MONOTONIC, which no administrator and no time server moves; it stands still while the machine is suspended.
package enum MonotonicClock {
    /// Since the machine's boot.
    package static var now: Duration { .nanoseconds(Int64(nanoseconds)) }

    package static var nanoseconds: UInt64 { brigade_monotonic_nanoseconds() }
}
