import Glibc

/// The one place in which a master waits.
package enum Poll {
    /// Waits until one of the descriptors has something, or that much time has passed; nil is for ever.
    /// - Returns: the indices of those that have something, the end of the other side counted.
    package static func wait(for descriptors: [Int32], atMost time: Duration?) -> [Int] {
        var entries = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        // Interrupted, by a stop and continue for example: there is nothing, and the caller looks at its clock.
        guard poll(&entries, nfds_t(entries.count), time.map(milliseconds) ?? -1) > 0 else { return [] }
        return entries.indices.filter { entries[$0].revents != 0 }
    }

    /// Rounded up: a wait that ends before its deadline would be one more turn for nothing.
    package static func milliseconds(_ time: Duration) -> Int32 {
        let (seconds, attoseconds) = time.components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        guard seconds < 86_400 else { return 86_400_000 }
        return Int32(seconds) * 1000 + Int32((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
