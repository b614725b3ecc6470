internal import CLinux

/// The writer of a slot's entries: enters requests and frees their entries. It lasts as long as the process.
package struct InFlightTable {
    /// Identifies a request that was entered.
    package struct Entry: Sendable {
        fileprivate static let none = Int32(-1)
        fileprivate let index: Int32
    }

    private let slot: Scoreboard.Slot
    /// A stack of free entries, after their number. The last freed is used first, so that few pages of memory are touched. Not
    /// an array: each request comes here twice, and an array would cost more than the entry.
    private let vacant: UnsafeMutablePointer<Int32>
    /// How many entries were ever used. It is copied to the slot but not read back: another process may write anything there,
    /// and memory safety depends on this number.
    private let entered: UnsafeMutablePointer<Int>

    /// - Parameter slot: has no requests in flight.
    package init(_ slot: Scoreboard.Slot) {
        self.slot = slot
        vacant = .allocate(capacity: slot.capacity + 1)
        vacant[0] = 0
        entered = .allocate(capacity: 1)
        entered.pointee = 0
    }

    /// Enters a request. If there is no free entry, it is only counted.
    /// - Parameters:
    ///   - bytes: of the request, which begin with the method and a space.
    ///   - path: the target's place in them, without the query.
    ///   - number: the id that this worker made.
    ///   - given: what a proxy sent instead; empty for none.
    ///   - trace: the id of the trace; zeros for none.
    ///   - start: CLOCK_MONOTONIC, nanoseconds; not 0.
    package func enter(
        _ bytes: [UInt8], path: Range<Int>, number: UInt64, given: [UInt8] = [], trace: (UInt64, UInt64) = (0, 0),
        at start: UInt64
    ) -> Entry {
        let index: Int32
        if vacant[0] > 0 {
            index = vacant[Int(vacant[0])]
            vacant[0] -= 1
        } else if entered.pointee < slot.capacity {
            index = Int32(entered.pointee)
            entered.pointee += 1
            slot.entered = entered.pointee
        } else {
            slot.changeUnrecorded(by: 1)
            return Entry(index: Entry.none)
        }
        let entry = slot.entries + Int(index)
        bytes.withUnsafeBufferPointer { bytes in
            let method = bytes.firstIndex(of: UInt8(ascii: " ")) ?? 0
            let target = UnsafeBufferPointer(rebasing: bytes[path])
            given.withUnsafeBufferPointer { given in
                brigade_request_enter(
                    entry, bytes.baseAddress, method, target.baseAddress, target.count, given.baseAddress, given.count,
                    number, trace.0, trace.1, start)
            }
        }
        return Entry(index: index)
    }

    /// The request is answered, or was cancelled.
    package func leave(_ entry: Entry) {
        guard entry.index != Entry.none else { return slot.changeUnrecorded(by: -1) }
        brigade_request_leave(slot.entries + Int(entry.index))
        vacant[0] += 1
        vacant[Int(vacant[0])] = entry.index
    }
}
