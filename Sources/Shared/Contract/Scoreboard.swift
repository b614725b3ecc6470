internal import CLinux
import Glibc

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

    /// However many connections there may be, a worker names no more requests in flight than this.
    private static let mostEntries = 4096

    /// A new one, close-on-exec; also for a worker that runs without a master.
    /// - Parameter entries: requests in flight, a worker; more, and more than 4096, are counted, but not named.
    package static func make(entries: Int) throws(SystemError) -> Scoreboard {
        let descriptor = FileDescriptor(
            owning: try check("memfd_create") { brigade_memfd_create("brigade-scoreboard") })
        let number = descriptor.number
        // Even, so that each slot begins with a cache line.
        let entries = (min(max(0, entries), mostEntries) + 1) / 2 * 2
        _ = try check("ftruncate") { ftruncate(number, size(entries: entries)) }
        _ = try check("fcntl") { brigade_seal_size(number) }
        var header = brigade_scoreboard_header()
        header.version = UInt32(BRIGADE_SCOREBOARD_VERSION)
        header.entries = UInt32(entries)
        _ = try check("pwrite") { pwrite(number, &header, MemoryLayout<brigade_scoreboard_header>.size, 0) }
        let scoreboard = try Scoreboard(mapping: number)
        _ = descriptor.release()
        return scoreboard
    }

    /// The one that the master made.
    /// - Throws: EPROTO when the memory is of another version.
    package static func inherited(descriptor: Int32) throws(SystemError) -> Scoreboard {
        try Scoreboard(mapping: descriptor)
    }

    private init(mapping descriptor: Int32) throws(SystemError) {
        var header = brigade_scoreboard_header()
        let length = try check("pread") {
            pread(descriptor, &header, MemoryLayout<brigade_scoreboard_header>.size, 0)
        }
        guard length == MemoryLayout<brigade_scoreboard_header>.size,
            header.version == UInt32(BRIGADE_SCOREBOARD_VERSION)
        else { throw SystemError("scoreboard", errno: EPROTO) }
        entries = Int(header.entries)
        let size = Self.size(entries: entries)
        guard let base = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), base != MAP_FAILED else {
            throw SystemError("mmap")
        }
        self.descriptor = descriptor
        memory = base
    }

    private static func size(entries: Int) -> Int {
        MemoryLayout<brigade_scoreboard_header>.size + capacity * stride(entries: entries)
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
        return Slot(memory + offset, capacity: entries)
    }

    /// Gives a slot to a new worker. Called by the master, before the worker is started.
    package func open(_ index: Int, generation: Int) {
        let slot = slot(index)
        slot.clear()
        slot.generation = generation
        slot.state = .booting
        if index >= used { brigade_store32(&header.pointee.used, UInt32(index + 1)) }
    }

    /// Takes a slot back, and forgets what it says. Called by the master, when the worker is dead.
    package func close(_ index: Int) {
        slot(index).clear()
    }

    private var used: Int { Int(brigade_load32(&header.pointee.used)) }

    /// The fewest open connections among the workers that accept; nil when none does. Not counted are those whose loop
    /// has made no pass since then, which are stopped or busy, and those that wait for it.
    /// - Parameter tick: CLOCK_MONOTONIC, nanoseconds.
    package func fewestConnections(tickedSince tick: UInt64) -> Int? {
        var fewest: Int?
        for index in 0..<min(used, Self.capacity) {
            let slot = slot(index)
            guard slot.state == .ready, !slot.isStalled, slot.tick >= tick else { continue }
            fewest = min(fewest ?? .max, slot.connections)
        }
        return fewest
    }
}
