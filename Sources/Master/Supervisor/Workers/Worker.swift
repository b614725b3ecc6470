/// A worker as its supervisor sees it: one process in one slot.
package struct Worker: Equatable, Sendable {
    /// No two workers of a master have the same, so that what comes late from a dead one meets nobody.
    package struct ID: Hashable, Sendable {
        /// From 1.
        package let slot: Int
        /// From 1.
        package let generation: Int
        /// How many workers were started up to this one.
        package let serial: Int

        package init(slot: Int, generation: Int, serial: Int) {
            self.slot = slot
            self.generation = generation
            self.serial = serial
        }
    }

    /// Each state but the last two ends by itself, in time if not by an event.
    package enum State: Equatable, Sendable {
        case booting(until: Duration)
        case ready(since: Duration)
        /// Told to abort, and given until then.
        case failing(until: Duration, Fault)
        /// Leaves, and finishes what it has.
        case draining(until: Duration)
        /// Leaves, and cancels what it has.
        case stopping(until: Duration)
        /// Did not abort in time, and is killed.
        case failed(Fault)
        /// Leaves, and is killed.
        case killed
    }

    package let id: ID
    package let started: Duration
    package internal(set) var state: State
    /// It is to be replaced as soon as another is ready, and serves until then.
    package internal(set) var retires: Retirement?
    /// It has asked for a replacement, and that has to wait: too many others have.
    var asks = false
    /// Why it cannot do all that it should, by its own account.
    package internal(set) var problem: String?
    /// Until it says that it drains, connections may come to it.
    var accepts = true
    /// Of one that is ready or drains, unless nobody wants to know.
    var liveness: Liveness?

    init(id: ID, started: Duration, state: State) {
        self.id = id
        self.started = started
        self.state = state
    }
}
