internal import CLinux

/// The entries of a slot as their one writer has them: enters requests and gives the entries back. It lasts as long as
/// the process.
package struct InFlightTable {
    /// Names a request that was entered.
    package struct Entry: Sendable {
        fileprivate static let none = Int32(-1)
        fileprivate let index: Int32
    }

    private let slot: Scoreboard.Slot
    /// A stack of the entries that were given back, and before it their number: the last one is taken first, so that few
    /// pages of the memory are ever touched. Each request comes here twice, and an array would cost more than the entry.
    private let vacant: UnsafeMutablePointer<Int32>
    /// How many entries were taken at some time. The slot is only told: another process may write anything there, and
    /// nothing that this one's memory depends on is read back.
    private let entered: UnsafeMutablePointer<Int>

    /// - Parameter slot: has no requests in flight.
    package init(_ slot: Scoreboard.Slot) {
        self.slot = slot
        vacant = .allocate(capacity: slot.capacity + 1)
        vacant[0] = 0
        entered = .allocate(capacity: 1)
        entered.pointee = 0
    }

    /// Enters a request. One for which there is no room is counted.
    /// - Parameters:
    ///   - bytes: of the request, which begin with the method and a space.
    ///   - path: the target's place in them, without the query.
    ///   - start: CLOCK_MONOTONIC, nanoseconds; not 0.
    package func enter(_ bytes: [UInt8], path: Range<Int>, at start: UInt64) -> Entry {
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
            brigade_request_enter(entry, bytes.baseAddress, method, target.baseAddress, target.count, start)
        }
        return Entry(index: index)
    }

    /// The request is answered, or nobody waits for the answer.
    package func leave(_ entry: Entry) {
        guard entry.index != Entry.none else { return slot.changeUnrecorded(by: -1) }
        brigade_request_leave(slot.entries + Int(entry.index))
        vacant[0] += 1
        vacant[Int(vacant[0])] = entry.index
    }
}
