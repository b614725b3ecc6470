/// A change of the master's own executable in the same process.
package struct Upgrade: Equatable, Sendable {
    var step: Step

    enum Step: Equatable {
        /// The new executable shows in a child that it could take over.
        case checking(until: Duration)
        /// Given up; the child is killed, and its end is awaited.
        case ending
        /// This process is being replaced.
        case replacing
    }

    /// Why the old executable goes on.
    package enum Failure: Equatable, Sendable {
        /// How the check ended.
        case check(Ending)
        /// The check took longer than `boot-timeout`.
        case time
        /// The process could not be replaced.
        case exec(String)
        /// The new executable found that it could not go on, and brought the old one back.
        case cameBack(String)
    }

    var deadline: Duration? {
        if case .checking(let until) = step { until } else { nil }
    }

    mutating func postpone(by time: Duration) {
        if case .checking(let until) = step { step = .checking(until: until + time) }
    }
}
