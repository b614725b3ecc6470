import Contract

/// A worker as its supervisor sees it: one process in one slot, and what it was told.
package struct Worker: Equatable, Sendable, Codable {
    /// No two workers of a master have the same: a late message of a dead worker has no effect.
    package struct ID: Hashable, Sendable, Codable {
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

    /// Each state but `ready`, `failed` and `killed` has a deadline.
    package enum State: Equatable, Sendable, Codable {
        case booting(until: Duration)
        case ready(since: Duration)
        /// ABRT was sent.
        case failing(until: Duration, LivenessFailure)
        /// Leaves, and finishes its requests.
        case draining(until: Duration)
        /// Leaves, and cancels its requests.
        case stopping(until: Duration)
        /// Did not abort in time: KILL was sent.
        case failed(LivenessFailure)
        /// Leaves: KILL was sent.
        case killed

        /// KILL was sent.
        package var isKilled: Bool {
            switch self {
            case .failed, .killed: true
            case .booting, .ready, .failing, .draining, .stopping: false
            }
        }
    }

    /// From an order to stop or abort, or from a TERM to a prestart, to KILL.
    static let killDelay = Duration.seconds(2)

    package let id: ID
    package let started: Duration
    package private(set) var state: State
    /// Why it is to be replaced. It serves until its replacement is ready.
    package private(set) var recycleReason: RecycleReason?
    /// It has asked to be replaced, and the rate limit makes it wait.
    private(set) var asksForRecycle = false
    /// Why it cannot do all that it should, by its own account.
    package private(set) var healthProblem: String?
    /// New connections may reach it until it says that it drains.
    private var mayAccept = true
    /// Of a worker that is ready or drains, unless `worker-timeout` is off.
    private var liveness: LivenessMonitor?

    init(id: ID, bootTimeout: Duration, _ now: Duration) {
        self.id = id
        started = now
        state = .booting(until: now + bootTimeout)
    }

    // MARK: What it is doing

    package var isReady: Bool { readySince != nil }

    var readySince: Duration? {
        if case .ready(let since) = state { since } else { nil }
    }

    package var isBooting: Bool {
        if case .booting = state { true } else { false }
    }

    /// Not one of the workers that are wanted, and not replaced when it exits.
    package var isLeaving: Bool {
        switch state {
        case .draining, .stopping, .killed: true
        case .booting, .ready, .failing, .failed: false
        }
    }

    /// Told to drain, and perhaps still accepting: a complete reload leaves none of these.
    var drainsUnconfirmed: Bool {
        if case .draining = state { mayAccept } else { false }
    }

    /// When something must be done about it if nothing happens before.
    package var deadline: Duration? {
        [stateDeadline, liveness?.deadline].compactMap(\.self).min()
    }

    private var stateDeadline: Duration? {
        switch state {
        case .booting(let until), .failing(let until, _), .draining(let until), .stopping(let until): until
        case .ready, .failed, .killed: nil
        }
    }

    // MARK: What it says

    mutating func becomeReady(workerTimeout: Duration?, _ now: Duration) -> [Effect] {
        guard isBooting else { return [] }
        state = .ready(since: now)
        liveness = workerTimeout.map { LivenessMonitor(timeout: $0, now) }
        return [.log(.workerReady(id, after: now - started)), .send(.accept, to: id)]
    }

    /// It accepts no more connections. If it was ready, somebody else sent it TERM.
    /// - Returns: nothing if it drains as it was told.
    mutating func reportDraining(gracefulTimeout: Duration, _ now: Duration) -> [Effect] {
        mayAccept = false
        guard isReady else { return [] }
        state = .draining(until: now + gracefulTimeout)
        return [.log(.workerDrainingByItself(id))]
    }

    mutating func reportHealthProblem(_ problem: String?) {
        healthProblem = problem
    }

    mutating func askForRecycle() {
        if isReady, recycleReason == nil { asksForRecycle = true }
    }

    mutating func observe(_ heartbeat: Heartbeat, _ now: Duration) {
        liveness?.observe(heartbeat, now)
    }

    // MARK: What it is told

    /// It serves until a replacement is ready beside it. A booting worker can only have an old listening socket.
    mutating func recycle(_ reason: RecycleReason) -> [Effect] {
        guard isReady || (isBooting && reason == .listenerReplaced), recycleReason == nil else { return [] }
        recycleReason = reason
        return [.log(.workerRecycling(id, reason))]
    }

    mutating func recycleRequestHandled() {
        asksForRecycle = false
    }

    /// As gently as its state allows: only a ready worker has requests to finish.
    mutating func stop(gracefulTimeout: Duration, _ now: Duration) -> [Effect] {
        switch state {
        case .ready:
            state = .draining(until: now + gracefulTimeout)
            return [.log(.workerDraining(id)), .send(.drain, to: id)]
        case .booting: return kill()
        case .failing(let until, _): enter(.stopping(until: until))
        case .failed: enter(.killed)
        case .draining, .stopping, .killed: break
        }
        return []
    }

    /// As `stop`, but requests in flight are cancelled.
    mutating func stopQuickly(gracefulTimeout: Duration, _ now: Duration) -> [Effect] {
        switch state {
        case .ready, .draining: cancel(now)
        case .booting, .failing, .failed, .stopping, .killed: stop(gracefulTimeout: gracefulTimeout, now)
        }
    }

    mutating func kill() -> [Effect] { state.isKilled ? [] : kill(as: .killed) }

    private mutating func kill(as state: State) -> [Effect] {
        enter(state)
        return [.log(.workerKilled(id)), .signal(.kill, to: id)]
    }

    private mutating func cancel(_ now: Duration) -> [Effect] {
        enter(.stopping(until: now + Self.killDelay))
        return [.send(.stop, to: id)]
    }

    /// One step for a worker that did not do in time what it was told, or shows no sign of life.
    /// - Returns: what to do, and why the worker failed if it was in service or booted.
    mutating func expire(_ now: Duration) -> (effects: [Effect], failure: LivenessFailure?) {
        guard let deadline = stateDeadline, deadline <= now else { return checkLiveness(now) }
        switch state {
        case .booting:
            enter(.failing(until: now + Self.killDelay, .bootTimeout))
            return ([.log(.bootTimedOut(id)), .signal(.abort, to: id)], .bootTimeout)
        case .failing(_, let failure): return (kill(as: .failed(failure)), nil)
        case .draining: return ([.log(.gracefulTimeoutPassed(id))] + cancel(now), nil)
        case .stopping: return (kill(as: .killed), nil)
        case .ready, .failed, .killed: return ([], nil)
        }
    }

    private mutating func checkLiveness(_ now: Duration) -> (effects: [Effect], failure: LivenessFailure?) {
        guard let failure = liveness?.check(now) else { return ([], nil) }
        let effects: [Effect] = [.log(.workerStuck(id, failure)), .signal(.abort, to: id)]
        guard isReady else {
            enter(.stopping(until: now + Self.killDelay))
            return (effects, nil)
        }
        enter(.failing(until: now + Self.killDelay, failure))
        return (effects, failure)
    }

    /// Enters a state in which its heartbeat does not matter.
    private mutating func enter(_ next: State) {
        state = next
        liveness = nil
    }

    /// - Parameter killDelay: what is added if it was told to end at once.
    mutating func postpone(by time: Duration, killDelay: Duration, _ now: Duration) {
        switch state {
        case .booting(let until): state = .booting(until: until + time)
        case .draining(let until): state = .draining(until: until + time)
        case .failing(let until, let failure): state = .failing(until: until + killDelay, failure)
        case .stopping(let until): state = .stopping(until: until + killDelay)
        case .ready, .failed, .killed: break
        }
        liveness?.restart(now)
    }
}
