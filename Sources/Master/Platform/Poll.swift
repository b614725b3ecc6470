internal import CLinux
import Glibc

/// The only place where a master blocks.
package enum Poll {
    /// A descriptor, and the events to wait for.
    package struct Interest {
        package let descriptor: Int32
        package let reads: Bool
        package let writes: Bool
        private let hangsUp: Bool

        package init(_ descriptor: Int32, reads: Bool = true, writes: Bool = false) {
            self.descriptor = descriptor
            self.reads = reads
            self.writes = writes
            hangsUp = false
        }

        /// Only the shutdown of a socket, in one direction or both.
        package init(hangupOf descriptor: Int32) {
            self.descriptor = descriptor
            reads = false
            writes = false
            hangsUp = true
        }

        fileprivate var events: Int16 {
            Int16((reads ? POLLIN : 0) | (writes ? POLLOUT : 0)) | (hangsUp ? brigade_poll_hangup : 0)
        }
    }

    /// A descriptor that is ready.
    package struct Readiness: Equatable {
        /// The index of its interest.
        package let index: Int
        /// Also true for a hangup or an error, which poll(2) reports without being asked.
        package let isReadable: Bool
        package let isWritable: Bool

        package init(index: Int, isReadable: Bool, isWritable: Bool) {
            self.index = index
            self.isReadable = isReadable
            self.isWritable = isWritable
        }
    }

    /// Waits until a descriptor is ready or the time has passed; nil means no limit.
    /// - Returns: the ready descriptors, in the order of `interests`.
    package static func wait(for interests: [Interest], atMost time: Duration?) -> [Readiness] {
        var entries = interests.map { interest in
            pollfd(fd: interest.descriptor, events: interest.events, revents: 0)
        }
        // On EINTR, as after SIGSTOP and SIGCONT, nothing is ready, and the caller checks its clock.
        guard poll(&entries, nfds_t(entries.count), time.map(milliseconds) ?? -1) > 0 else { return [] }
        return entries.indices.filter { entries[$0].revents != 0 }.map { index in
            let events = Int32(entries[index].revents)
            return Readiness(
                index: index, isReadable: events & ~POLLOUT != 0, isWritable: events & POLLOUT != 0)
        }
    }

    /// Rounded up: a wait that ends before its deadline would only cause one more pass.
    package static func milliseconds(_ time: Duration) -> Int32 {
        let (seconds, attoseconds) = time.components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        guard seconds < 86_400 else { return 86_400_000 }
        return Int32(seconds) * 1000 + Int32((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
