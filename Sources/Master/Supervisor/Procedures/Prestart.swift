/// The prestart child that runs now.
struct Prestart: Equatable {
    let generation: Int
    let started: Duration
    var state = State.running

    enum State: Equatable {
        case running
        /// Told to end, because the master stops.
        case terminating(until: Duration)
        case killed
    }

    var deadline: Duration? {
        if case .terminating(let until) = state { until } else { nil }
    }

    mutating func postpone(by time: Duration) {
        if case .terminating(let until) = state { state = .terminating(until: until + time) }
    }
}
