/// What the master shall do. The supervisor decides; somebody else performs, in this order.
package enum Effect: Equatable, Sendable {
    /// Run the prestart of a generation. Answered by `Event.prestartEnded`, whatever happens.
    case prestart(generation: Int)
    case signalPrestart(ProcessSignal)
    /// Start a worker. Answered by `Event.ended` when that fails.
    case spawn(Worker.ID)
    case send(Order, to: Worker.ID)
    case signal(ProcessSignal, to: Worker.ID)
    /// Open the executable anew as this generation. Answered by `Event.opened` or `Event.openFailed`.
    case open(generation: Int)
    /// No process of this generation is left, and none will come.
    case close(generation: Int)
    /// Take no new connections any more: the whole server stops.
    case closeListeners
    /// Tell the host.
    case announce(Announcement)
    /// Tell the operator.
    case log(Notice)
    /// End the master. The last effect.
    case exit(Outcome)

    /// What the master says to a worker on its control channel.
    package enum Order: Equatable, Sendable {
        /// Finish what is accepted, then exit.
        case drain
        /// Cancel what is in flight and exit.
        case stop
    }

    package enum ProcessSignal: Equatable, Sendable {
        case terminate, abort, kill
    }

    package enum Announcement: Equatable, Sendable {
        case ready, reloading, stopping
    }

    /// How a master ends.
    package enum Outcome: Equatable, Sendable {
        case stopped
        /// Too many workers failed before one was ever ready.
        case neverReady
        /// A worker said that starting it again would not help, before one was ever ready.
        case applicationFailed
        case prestartFailed
    }
}
