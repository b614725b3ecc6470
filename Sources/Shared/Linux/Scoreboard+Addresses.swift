internal import CLinux

// How many connections each client's address has, over all workers.
//
// Each worker counts its own connections behind the slots, so that what a dead one counted goes with it. An address has
// no entry of its own there: it adds to one counter in each of four rows, which hash it differently, and what it has is
// the least of the four (a count-min sketch). So there is nothing to be locked, to be searched or to run full. Others
// can make the count of an address too high only where they share all four of its counters, which are chosen by a secret
// of this scoreboard: among a hundred addresses with many connections, for about six others in a million.
extension Scoreboard {
    /// Counts a connection.
    /// - Parameters:
    ///   - network: of the client: its address, or the first 64 bits of it.
    ///   - slot: of the worker that has it.
    /// - Returns: how many connections of that network all workers have now.
    package func connectionOpened(from network: UInt64, on slot: Slot) -> Int {
        let cells = cells(of: network)
        for cell in cells { brigade_add32(counters(slot.index) + cell, 1) }
        var least = Int.max
        for cell in cells {
            least = min(least, (0..<used).reduce(0) { $0 + Claim.count(brigade_load32(counters($1) + cell)) })
        }
        return least
    }

    /// A connection that was counted has closed, or is not taken.
    package func connectionClosed(from network: UInt64, on slot: Slot) {
        for cell in cells(of: network) { brigade_add32(counters(slot.index) + cell, -1) }
    }

    /// One in each row.
    private func cells(of network: UInt64) -> [Int] {
        (0..<Int(BRIGADE_ADDRESS_ROWS)).map { row in
            // The finalizer of SplitMix64.
            var hash = (network ^ secret) &+ UInt64(row + 1) &* 0x9e37_79b9_7f4a_7c15
            hash = (hash ^ hash >> 30) &* 0xbf58_476d_1ce4_e5b9
            hash = (hash ^ hash >> 27) &* 0x94d0_49bb_1331_11eb
            hash ^= hash >> 31
            return row * Int(BRIGADE_ADDRESS_CELLS) + Int(hash % UInt64(BRIGADE_ADDRESS_CELLS))
        }
    }
}
