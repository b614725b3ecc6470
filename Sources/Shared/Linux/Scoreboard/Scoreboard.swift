internal import CLinux
internal import Contract
import Glibc
internal import SystemPackage

/// Shared memory with the state of the workers: one slot per worker, with its requests in flight.
///
/// The master creates it, and every worker maps the same memory through an inherited descriptor. Pages that were never written
/// use no memory.
package struct Scoreboard: Sendable {
    /// How many workers can exist at once, with those that are stopping.
    package static let capacity = Int(BRIGADE_SCOREBOARD_SLOTS)

    // The mapping lasts as long as the process, and every access to it is atomic, so it may be shared by threads.
    private nonisolated(unsafe) let memory: UnsafeMutableRawPointer

    /// For the workers. It stays open as long as the process.
    package let descriptor: Int32

    /// How many requests in flight a slot has room for.
    package let entries: Int

    /// For the hash of client addresses.
    package let secret: UInt64

    /// The version of the memory layout.
    package static let version = Int(BRIGADE_SCOREBOARD_VERSION)

    /// A worker records no more requests in flight than this.
    private static let mostEntries = 4096

    /// Creates one, close-on-exec; also for a worker that runs without a master.
    /// - Parameter entries: requests in flight per worker, at most 4096. Requests above that are only counted.
    package static func make(entries: Int) throws(SystemError) -> Scoreboard {
        let descriptor = OwnedDescriptor(
            owning: try check("memfd_create") { brigade_memfd_create("brigade-scoreboard") })
        let number = descriptor.number
        // An even number, so that each slot starts at a cache line.
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

    /// The scoreboard of the master, in a worker.
    /// - Throws: EPROTO if the memory has another version, or its header is invalid.
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

    /// The scoreboard that this process created before an exec. Its header is not read: workers can write there.
    /// - Throws: EPROTO if the size of the memory does not match.
    package static func resumed(descriptor: Int32, entries: Int, secret: UInt64) throws(SystemError) -> Scoreboard {
        try Scoreboard(mapping: descriptor, entries: entries, secret: secret)
    }

    /// - Throws: EPROTO if the memory has another size: access to a missing page would crash.
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

    /// Restores the header if a worker has overwritten it: the next worker reads it. Called by the master.
    /// - Parameter used: slots 0..<used are in use.
    /// - Returns: whether the header had changed.
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
        metricsOffset(entries: entries) + capacity * Int(BRIGADE_METRICS_BYTES)
    }

    private static func metricsOffset(entries: Int) -> Int {
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
        return Slot(
            memory + offset, metrics: MetricsBlock(memory + metricsOffset(of: index)), index: index, capacity: entries)
    }

    private func metricsOffset(of index: Int) -> Int {
        Self.metricsOffset(entries: entries) + index * Int(BRIGADE_METRICS_BYTES)
    }

    /// A worker's counters of connections by client address.
    func counters(_ index: Int) -> UnsafeMutablePointer<UInt32> {
        (memory + Self.countersOffset(entries: entries) + index * Int(BRIGADE_ADDRESS_BYTES))
            .assumingMemoryBound(to: UInt32.self)
    }

    /// Assigns a slot to a new worker. Called by the master before it starts the worker.
    package func open(_ index: Int, generation: Int) {
        clear(index)
        let slot = slot(index)
        slot.generation = generation
        slot.state = .booting
        if index >= used { brigade_store32(&header.pointee.used, UInt32(index + 1)) }
    }

    /// Clears and frees a slot. Called by the master after the worker has ended.
    package func close(_ index: Int) {
        clear(index)
    }

    private func clear(_ index: Int) {
        slot(index).clear()
        // Freed and not overwritten: most workers never touch these pages.
        let offset = Self.countersOffset(entries: entries) + index * Int(BRIGADE_ADDRESS_BYTES)
        brigade_give_back(descriptor, Int64(offset), Int64(BRIGADE_ADDRESS_BYTES))
        brigade_give_back(descriptor, Int64(metricsOffset(of: index)), Int64(BRIGADE_METRICS_BYTES))
    }

    /// Slots 0..<used have been assigned at some time.
    var used: Int { UntrustedValue.count(brigade_load32(&header.pointee.used), atMost: Self.capacity) }

    /// The fewest open connections among the workers that accept; nil if none does. Workers do not count if their loop has made
    /// no pass since `tick` (stopped or busy), or if they are stalled.
    /// - Parameters:
    ///   - tick: CLOCK_MONOTONIC, nanoseconds.
    ///   - now: the same; a pass in the future does not count.
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

// How many connections each client address has, in all workers.
//
// Each worker has its own counters, behind the slots, so that the counts of a dead worker go with it. An address has no entry
// of its own: it adds to one counter in each of four rows with different hashes, and its count is the least of the four (a
// count-min sketch). So nothing must be locked or searched, and nothing can become full. Other addresses raise a count only if
// they share all four counters, which a secret of this scoreboard chooses: with a hundred addresses that have many
// connections, about six others in a million.
extension Scoreboard {
    /// Counts a connection.
    /// - Parameters:
    ///   - network: the client's address, or its first 64 bits.
    ///   - slot: of the worker with the connection.
    /// - Returns: how many connections all workers have from that network now.
    package func connectionOpened(from network: UInt64, on slot: Slot) -> Int {
        let cells = cells(of: network)
        for cell in cells { brigade_add32(counters(slot.index) + cell, 1) }
        var least = Int.max
        for cell in cells {
            least = min(least, (0..<used).reduce(0) { $0 + UntrustedValue.count(brigade_load32(counters($1) + cell)) })
        }
        return least
    }

    /// A counted connection was closed or rejected.
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
