package import Contract

/// A change of the generation: new workers start one by one, and an old one leaves only when a new one is ready.
package struct Reload: Equatable, Sendable, Codable {
    /// The new one.
    let generation: Int
    private let began: Duration
    private(set) var step = Step.opening
    /// How many workers its settings want, if they change that number. Applied last.
    private(set) var newTarget: Int?
    /// How many workers were wanted before `newTarget` was applied.
    private(set) var formerTarget: Int?

    package enum Step: Equatable, Sendable, Codable, CaseIterable {
        /// The executable is being opened.
        case opening
        case prestarting
        /// One new worker boots beside the old ones, whose number stays.
        case trying
        /// A new worker was ready: the new generation takes over, slot by slot.
        case rolling
    }

    package enum Failure: Equatable, Sendable {
        /// The executable or the settings.
        case open(reason: String)
        case prestart(ExitStatus)
        case prestartTimedOut
        case workerExited(Worker.ID, ExitStatus)
        case bootTimedOut(Worker.ID)
        case workerStuck(Worker.ID, LivenessFailure)
        /// A new worker drained by itself.
        case workerLeft(Worker.ID)
    }

    init(generation: Int, _ now: Duration) {
        self.generation = generation
        began = now
    }

    func age(_ now: Duration) -> Duration { now - began }

    /// - Parameter newTarget: nil if the settings change nothing about the number of workers.
    mutating func opened(newTarget: Int?, runsPrestart: Bool) {
        self.newTarget = newTarget
        step = runsPrestart ? .prestarting : .trying
    }

    mutating func prestartSucceeded() {
        step = .trying
    }

    /// The first new worker is ready.
    mutating func workerReady() {
        if step == .trying { step = .rolling }
    }

    /// An operator's own number outlives what the settings say.
    mutating func keepOperatorsTarget() {
        newTarget = nil
        formerTarget = nil
    }

    mutating func targetApplied(insteadOf former: Int) {
        newTarget = nil
        formerTarget = former
    }
}
