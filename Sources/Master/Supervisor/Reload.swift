/// A change of the generation: new workers come one by one, and an old one goes only when a new one is ready.
package struct Reload: Equatable {
    /// The one that comes.
    let generation: Int
    let began: Duration
    var step = Step.opening

    enum Step: Equatable {
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
        case workerEnded(Worker.ID, Ending)
        case bootTimePassed(Worker.ID)
        /// A new worker went away by itself.
        case workerLeft(Worker.ID)
    }
}
