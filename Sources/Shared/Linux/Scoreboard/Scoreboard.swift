internal import CLinux
internal import Contract
import Glibc
internal import SystemPackage

/// The shared memory in which each worker shows how it does: a slot a worker, and behind it the requests that it has in
/// flight.
///
/// The master makes it, and every worker maps the same memory by the descriptor that it inherits. Memory that nobody
/// has written to costs none.
package struct Scoreboard: Sendable {
    /// How many workers, leaving ones counted, can live at once.
    package static let capacity = Int(BRIGADE_SCOREBOARD_SLOTS)

    // The mapping lasts as long as the process, and every access to it is atomic, so it may be shared by threads.
    private nonisolated(unsafe) let memory: UnsafeMutableRawPointer

    /// By which workers find it; it stays open as long as the process.
    package let descriptor: Int32

    /// How many requests in flight a slot has room for.
    package let entries: Int

    /// By which client addresses are hashed.
    package let secret: UInt64

    /// Of the memory's layout: that of another build may differ.
    package static let version = Int(BRIGADE_SCOREBOARD_VERSION)

    /// However many connections there may be, a worker names no more requests in flight than this.
    private static let mostEntries = 4096

    /// A new one, close-on-exec; also for a worker that runs without a master.
    /// - Parameter entries: requests in flight, a worker; more, and more than 4096, are counted, but not named.
    package static func make(entries: Int) throws(SystemError) -> Scoreboard {
        let descriptor = OwnedDescriptor(
            owning: try check("memfd_create") { brigade_memfd_create("brigade-scoreboard") })
        let number = descriptor.number
        // Even, so that each slot begins with a cache line.
        let entries = (min(max(0, entries), mostEntries) + 1) / 2 * 2
        _ = try check("ftruncate") { brigade_resize_memory(number, off_t(size(entries: entries))) }
        _ = try check("fcntl") { brigade_seal_size(number) }
        var header = brigade_scoreboard_header()
        header.version = UInt32(BRIGADE_SCOREBOARD_VERSION)
        header.entries = UInt32(entries)
        header.secret = .random(in: .min ... .max)
        _ = try check("pwrite") { pwrite(number, &header, MemoryLayout<brigade_scoreboard_header>.size, 0) }
        let scoreboard = try Scoreboard(mapping: number, entries: entries, secret: header.secret)
        _ = descriptor.release()
        return scoreboard
    }

    /// The one that the master made.
    /// - Throws: EPROTO when the memory is of another version, or its header is nonsense.
    package static func inherited(descriptor: Int32) throws(SystemError) -> Scoreboard {
        var header = brigade_scoreboard_header()
        let length = try check("pread") {
            pread(descriptor, &header, MemoryLayout<brigade_scoreboard_header>.size, 0)
        }
        guard length == MemoryLayout<brigade_scoreboard_header>.size,
            header.version == UInt32(BRIGADE_SCOREBOARD_VERSION)
        else { throw SystemError("scoreboard", errno: .protocolError) }
        return try Scoreboard(mapping: descriptor, entries: Int(header.entries), secret: header.secret)
    }

    /// The one that this process made before an exec. Its header is not read: workers can write there.
    /// - Throws: EPROTO when the memory is not that of so many entries.
    package static func resumed(descriptor: Int32, entries: Int, secret: UInt64) throws(SystemError) -> Scoreboard {
        try Scoreboard(mapping: descriptor, entries: entries, secret: secret)
    }

    /// - Throws: EPROTO when the memory is of another size: it is sealed, and a page that is not there would be a trap.
    private init(mapping descriptor: Int32, entries: Int, secret: UInt64) throws(SystemError) {
        var information = stat()
        _ = try check("fstat") { fstat(descriptor, &information) }
        guard (0...Self.mostEntries).contains(entries), Int(information.st_size) == Self.size(entries: entries) else {
            throw SystemError("scoreboard", errno: .protocolError)
        }
        let size = Self.size(entries: entries)
        guard let base = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), base != MAP_FAILED else {
            throw SystemError("mmap")
        }
        self.entries = entries
        self.secret = secret
        self.descriptor = descriptor
        memory = base
    }

    /// Writes anew what somebody has written over the header; by the master, whose it is. A worker that starts reads it.
    /// - Parameter used: slots 0..<used are given out now.
    /// - Returns: whether there was anything to restore.
    package func restoreHeader(used: Int) -> Bool {
        let isWhole =
            brigade_load32(&header.pointee.version) == UInt32(BRIGADE_SCOREBOARD_VERSION)
            && brigade_load32(&header.pointee.entries) == UInt32(entries)
            && brigade_load64(&header.pointee.secret) == secret
            && (used...Self.capacity).contains(Int(brigade_load32(&header.pointee.used)))
        if isWhole { return false }
        brigade_store32(&header.pointee.version, UInt32(BRIGADE_SCOREBOARD_VERSION))
        brigade_store32(&header.pointee.entries, UInt32(entries))
        brigade_store64(&header.pointee.secret, secret)
        brigade_store32(&header.pointee.used, UInt32(min(used, Self.capacity)))
        return true
    }

    private static func size(entries: Int) -> Int {
        countersOffset(entries: entries) + capacity * Int(BRIGADE_ADDRESS_BYTES)
    }

    private static func countersOffset(entries: Int) -> Int {
        let slotsEnd = MemoryLayout<brigade_scoreboard_header>.size + capacity * stride(entries: entries)
        return (slotsEnd + 4095) / 4096 * 4096
    }

    private static func stride(entries: Int) -> Int {
        MemoryLayout<brigade_scoreboard_slot>.size + entries * MemoryLayout<brigade_request>.size
    }

    private var header: UnsafeMutablePointer<brigade_scoreboard_header> {
        memory.assumingMemoryBound(to: brigade_scoreboard_header.self)
    }

    /// The slot of a worker.
    package func slot(_ index: Int) -> Slot {
        precondition((0..<Self.capacity).contains(index))
        let offset = MemoryLayout<brigade_scoreboard_header>.size + index * Self.stride(entries: entries)
        return Slot(memory + offset, index: index, capacity: entries)
    }

    /// A worker's counters of connections by client address.
    func counters(_ index: Int) -> UnsafeMutablePointer<UInt32> {
        (memory + Self.countersOffset(entries: entries) + index * Int(BRIGADE_ADDRESS_BYTES))
            .assumingMemoryBound(to: UInt32.self)
    }

    /// Gives a slot to a new worker. Called by the master, before the worker is started.
    package func open(_ index: Int, generation: Int) {
        clear(index)
        let slot = slot(index)
        slot.generation = generation
        slot.state = .booting
        if index >= used { brigade_store32(&header.pointee.used, UInt32(index + 1)) }
    }

    /// Takes a slot back, and forgets what it says. Called by the master, when the worker is dead.
    package func close(_ index: Int) {
        clear(index)
    }

    private func clear(_ index: Int) {
        slot(index).clear()
        // Not written to: most workers never touch theirs.
        let offset = Self.countersOffset(entries: entries) + index * Int(BRIGADE_ADDRESS_BYTES)
        brigade_give_back(descriptor, Int64(offset), Int64(BRIGADE_ADDRESS_BYTES))
    }

    /// Slots 0..<used have been given out at some time.
    var used: Int { UntrustedValue.count(brigade_load32(&header.pointee.used), atMost: Self.capacity) }

    /// The fewest open connections among the workers that accept; nil when none does. Not counted are those whose loop
    /// has made no pass since then, which are stopped or busy, and those that wait for it.
    /// - Parameters:
    ///   - tick: CLOCK_MONOTONIC, nanoseconds.
    ///   - now: the same; a pass that is yet to come is none.
    package func fewestConnections(tickedSince tick: UInt64, at now: UInt64 = MonotonicClock.nanoseconds) -> Int? {
        var fewest: Int?
        for index in 0..<used {
            let slot = slot(index)
            guard slot.state == .ready, !slot.isStalled, slot.tick(at: now) >= tick else { continue }
            fewest = min(fewest ?? .max, slot.connections)
        }
        return fewest
    }
}

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
            least = min(least, (0..<used).reduce(0) { $0 + UntrustedValue.count(brigade_load32(counters($1) + cell)) })
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
