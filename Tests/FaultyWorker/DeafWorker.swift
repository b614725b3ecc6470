import Contract
import Linux
import Glibc

/// A worker that seems well, takes no connection, and does nothing that it is told.
struct DeafWorker {
    private let inherited = Inherited()

    func run() -> Never {
        sayReady()
        let slot: Scoreboard.Slot
        do {
            slot = try Scoreboard.inherited(descriptor: inherited.scoreboard).slot(inherited.slot)
        } catch {
            fatalError("\(error)")
        }
        while true {
            slot.tick = MonotonicClock.nanoseconds
            usleep(20_000)
        }
    }

    /// Lies in its slot, once, and then stands still.
    func lie() -> Never {
        sayReady()
        inherited.spoilSlot()
        sleepForEver()
    }

    private func sayReady() {
        // The channel itself stays open: its end would be the worker's.
        let channel = ControlChannel(owning: OwnedDescriptor(owning: dup(inherited.control)))
        do {
            try channel.send(WorkerMessage.ready)
        } catch {
            fatalError("\(error)")
        }
    }
}
