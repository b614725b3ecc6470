import Contract

/// The prestart child that runs now.
package struct PrestartRun: Equatable, Codable {
    let generation: Int
    let started: Duration
    private var state: State
    /// `prestart-timeout` has passed: it has failed, whatever its exit status.
    private var isTimedOut = false

    private enum State: Equatable, Codable {
        /// Until `prestart-timeout` has passed; nil is no limit.
        case running(until: Duration?)
        /// TERM was sent: it timed out, or the master stops.
        case terminating(until: Duration)
        case killed
    }

    package enum Result: Equatable, Sendable {
        case succeeded
        case failed
        /// It took longer than `prestart-timeout`, and has failed, whatever its exit status.
        case timedOut
        /// The master stops, and told it to end.
        case stopped
    }

    init(generation: Int, timeout: Duration?, _ now: Duration) {
        self.generation = generation
        started = now
        state = .running(until: timeout.map { now + $0 })
    }

    var startEffects: [Effect] {
        [.log(.prestartStarted(generation: generation)), .runPrestart(generation: generation)]
    }

    var deadline: Duration? {
        switch state {
        case .running(let until): until
        case .terminating(let until): until
        case .killed: nil
        }
    }

    private var isRunning: Bool {
        if case .running = state { true } else { false }
    }

    func result(_ status: ExitStatus) -> Result {
        if isTimedOut { return .timedOut }
        if !isRunning { return .stopped }
        return status == .success ? .succeeded : .failed
    }

    mutating func terminate(_ now: Duration) -> [Effect] {
        guard isRunning else { return [] }
        state = .terminating(until: now + Worker.killDelay)
        return [.signalPrestart(.terminate)]
    }

    mutating func kill() -> [Effect] {
        guard state != .killed else { return [] }
        state = .killed
        return [.signalPrestart(.kill)]
    }

    /// One step for a prestart that does not end: TERM, then KILL.
    mutating func expire(_ now: Duration) -> [Effect] {
        guard let deadline, deadline <= now else { return [] }
        guard isRunning else { return kill() }
        isTimedOut = true
        return [.log(.prestartTimedOut(generation: generation, after: now - started))] + terminate(now)
    }

    /// - Parameter killDelay: what is added if TERM was sent.
    mutating func postpone(by time: Duration, killDelay: Duration) {
        switch state {
        case .running(let until): state = .running(until: until.map { $0 + time })
        case .terminating(let until): state = .terminating(until: until + killDelay)
        case .killed: break
        }
    }
}
