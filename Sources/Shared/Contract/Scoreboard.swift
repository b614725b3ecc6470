internal import CLinux
import Glibc

/// The shared memory in which each worker shows how it does: a slot a worker, one cache line each.
///
/// The master makes it, and every worker maps the same memory by the descriptor that it inherits.
package struct Scoreboard: Sendable {
    /// How many workers, leaving ones counted, can live at once.
    package static let capacity = Int(BRIGADE_SCOREBOARD_SLOTS)

    // The mapping lasts as long as the process, and every access to it is atomic, so it may be shared by threads.
    private nonisolated(unsafe) let memory: UnsafeMutablePointer<brigade_scoreboard>

    /// By which workers find it; it stays open as long as the process.
    package let descriptor: Int32

    /// A new one, close-on-exec; also for a worker that runs without a master.
    package static func make() throws(SystemError) -> Scoreboard {
        let descriptor = FileDescriptor(
            owning: try check("memfd_create") { brigade_memfd_create("brigade-scoreboard") })
        let number = descriptor.number
        _ = try check("ftruncate") { ftruncate(number, MemoryLayout<brigade_scoreboard>.size) }
        let scoreboard = try Scoreboard(mapping: descriptor.release())
        scoreboard.memory.pointee.header.version = UInt32(BRIGADE_SCOREBOARD_VERSION)
        return scoreboard
    }

    /// The one that the master made.
    /// - Throws: EPROTO when the memory is of another version.
    package static func inherited(descriptor: Int32) throws(SystemError) -> Scoreboard {
        let scoreboard = try Scoreboard(mapping: descriptor)
        guard scoreboard.memory.pointee.header.version == UInt32(BRIGADE_SCOREBOARD_VERSION) else {
            throw SystemError("scoreboard", errno: EPROTO)
        }
        return scoreboard
    }

    private init(mapping descriptor: Int32) throws(SystemError) {
        let size = MemoryLayout<brigade_scoreboard>.size
        guard let base = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), base != MAP_FAILED else {
            throw SystemError("mmap")
        }
        self.descriptor = descriptor
        memory = base.bindMemory(to: brigade_scoreboard.self, capacity: 1)
    }

    /// The slot of a worker.
    package func slot(_ index: Int) -> Slot {
        precondition((0..<Self.capacity).contains(index))
        let slots = UnsafeMutableRawPointer(memory) + MemoryLayout<brigade_scoreboard_header>.size
        return Slot(words: slots.assumingMemoryBound(to: brigade_scoreboard_slot.self) + index)
    }

    /// Gives a slot to a new worker. Called by the master, before the worker is started.
    package func open(_ index: Int, generation: Int) {
        let slot = slot(index)
        slot.clear()
        slot.generation = generation
        slot.state = .booting
        if index >= used { brigade_store32(&memory.pointee.header.used, UInt32(index + 1)) }
    }

    /// Takes a slot back. Called by the master, when the worker is dead.
    package func close(_ index: Int) {
        slot(index).clear()
    }

    private var used: Int { Int(brigade_load32(&memory.pointee.header.used)) }

    /// The fewest open connections among the workers that accept; nil when none does.
    package var fewestConnections: Int? {
        var fewest: Int?
        for index in 0..<min(used, Self.capacity) {
            let slot = slot(index)
            guard slot.state == .ready else { continue }
            fewest = min(fewest ?? .max, slot.connections)
        }
        return fewest
    }
}
