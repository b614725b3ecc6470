extension Worker {
    /// When something is to be done about it, if nothing happens before.
    package var deadline: Duration? {
        [stateDeadline, liveness?.due].compactMap(\.self).min()
    }

    /// When its state ends.
    var stateDeadline: Duration? {
        switch state {
        case .booting(let until), .failing(let until, _), .draining(let until), .stopping(let until): until
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

    /// Told to drain, and perhaps still taking connections: a reload that is done leaves none of these.
    var isDrainingUnheard: Bool {
        if case .draining = state { accepts } else { false }
    }

    /// KILL was sent.
    var isDoomed: Bool {
        switch state {
        case .failed, .killed: true
        case .booting, .ready, .failing, .draining, .stopping: false
        }
    }

    /// - Parameter respite: what is added for one that was told to end at once.
    mutating func postpone(by time: Duration, respite: Duration, _ now: Duration) {
        switch state {
        case .booting(let until): state = .booting(until: until + time)
        case .draining(let until): state = .draining(until: until + time)
        case .failing(let until, let fault): state = .failing(until: until + respite, fault)
        case .stopping(let until): state = .stopping(until: until + respite)
        case .ready, .failed, .killed: break
        }
        liveness?.forgive(now)
    }
}
