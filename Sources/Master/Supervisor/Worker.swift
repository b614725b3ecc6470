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
        /// Not ready in time: told to abort, and given until then.
        case failing(until: Duration)
        /// Leaves, and finishes what it has.
        case draining(until: Duration)
        /// Leaves, and cancels what it has.
        case stopping(until: Duration)
        /// Not ready in time, and killed.
        case failed
        /// Leaves, and is killed.
        case killed
    }

    package let id: ID
    package let started: Duration
    package internal(set) var state: State

    /// When something is to be done about it, if nothing happens before.
    package var deadline: Duration? {
        switch state {
        case .booting(let until), .failing(let until), .draining(let until), .stopping(let until): until
        case .ready, .failed, .killed: nil
        }
    }

    package var isReady: Bool {
        if case .ready = state { true } else { false }
    }

    package var isBooting: Bool {
        if case .booting = state { true } else { false }
    }

    /// On its way out: no part of the number that is wanted, and not replaced when it is gone.
    package var isLeaving: Bool {
        switch state {
        case .draining, .stopping, .killed: true
        case .booting, .ready, .failing, .failed: false
        }
    }
}
