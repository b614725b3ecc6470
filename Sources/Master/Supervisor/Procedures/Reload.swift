/// A change of the generation: new workers come one by one, and an old one goes only when a new one is ready.
package struct Reload: Equatable, Sendable {
    /// The one that comes.
    let generation: Int
    let began: Duration
    var step = Step.opening
    /// How many workers its settings want, where they change that number.
    var workers: Int?
    /// How many were wanted before, once that number has been changed.
    var formerTarget: Int?

    package enum Step: Equatable, Sendable, CaseIterable {
        /// The executable is being opened.
        case opening
        case prestarting
        /// One worker boots beside the old ones, which are kept at their number.
        case trying
        /// The new generation has proved itself: it takes over, place by place.
        case rolling
    }

    /// Why a reload was abandoned.
    package enum Failure: Equatable, Sendable {
        case executable(reason: String)
        case prestart(Ending)
        case prestartTimePassed
        case workerEnded(Worker.ID, Ending)
        case bootTimePassed(Worker.ID)
        case workerStuck(Worker.ID, Fault)
        /// A new worker went away by itself.
        case workerLeft(Worker.ID)
    }
}
