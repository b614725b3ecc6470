/// The prestart child that runs now.
struct Prestart: Equatable {
    let generation: Int
    let started: Duration
    var state: State
    /// `prestart-timeout` has passed: it has failed, however it ends.
    var isLate = false

    enum State: Equatable {
        /// Until `prestart-timeout` has passed; nil is for ever.
        case running(until: Duration?)
        /// Told to end, because it is late or the master stops.
        case terminating(until: Duration)
        case killed
    }

    var deadline: Duration? {
        switch state {
        case .running(let until): until
        case .terminating(let until): until
        case .killed: nil
        }
    }

    var isRunning: Bool {
        if case .running = state { true } else { false }
    }

    /// - Parameter respite: what is added for one that was told to end.
    mutating func postpone(by time: Duration, respite: Duration) {
        switch state {
        case .running(let until): state = .running(until: until.map { $0 + time })
        case .terminating(let until): state = .terminating(until: until + respite)
        case .killed: break
        }
    }
}
