/// The whole policy of a master, as a value: what happened goes in, what shall be done comes out.
///
/// It makes no system call and reads no clock: time is given with each event, and every wait is a deadline in its state.
package struct Supervisor: Equatable {
    /// How many workers, leaving ones counted, can live at once.
    let capacity: Int
    let watchdog: Duration?
    /// By generation, of each that is open.
    var configurations: [Int: Configuration]
    var phase = Phase.idle
    /// How many workers are wanted.
    package internal(set) var target: Int
    var slots: [Slot] = []
    /// What new workers are started from, but for those of a reload.
    package internal(set) var generation = 1
    /// The highest that ever was.
    package internal(set) var newestGeneration = 1
    var reload: Reload?
    /// A reload was asked for at a time when none could begin.
    var reloadIsWanted = false
    var upgrade: Upgrade?
    /// As `reloadIsWanted`.
    var upgradeIsWanted = false
    var prestart: Prestart?
    var workersStarted = 0
    var failuresAtStart = 0
    /// From then on, no exit of a worker ends the master.
    package internal(set) var wasEverReady = false
    var isAnnounced = false
    /// When the last event was handled.
    var lastEvent = Duration.zero
    var recyclings = RecyclingLimit()
    /// What workers say is wrong, from its begin to its end.
    var trouble: HealthTrouble?
    var aliveDue: Duration?
    var extensionDue: Duration?
    var memoryDue: Duration?
    var effects: [Effect] = []

    enum Phase: Equatable {
        case idle
        case prestarting
        case serving
        case stopping(Stop)
        case gone
    }

    package init(_ configuration: Configuration) {
        configurations = [1: configuration]
        capacity = configuration.slots
        watchdog = configuration.watchdog
        target = configuration.workers
        target = possible(target)
    }

    /// - Parameter now: since any fixed moment, on a clock that never goes back.
    package mutating func handle(_ event: Event, at now: Duration) -> [Effect] {
        guard phase != .gone else { return [] }
        forgiveOverrun(now)
        receive(event, now)
        settle(now)
        lastEvent = now
        defer { effects = [] }
        return effects
    }

    private mutating func receive(_ event: Event, _ now: Duration) {
        switch event {
        case .start: start(now)
        case .resumed(let failure): resume(failure)
        case .signal(let signal): receive(signal, now)
        case .scale(let workers): want(workers)
        case .message(let message, let id): hear(message, from: id, now)
        case .healthProblem(let problem, let id): hearProblem(problem, from: id)
        case .vitals(let vitals): observe(vitals, now)
        case .memory(let memory): weigh(memory)
        case .outdated(let ids): for worker in workers where ids.contains(worker.id) { retire(worker, .outdated) }
        case .ended(let id, let ending): bury(id, ending, now)
        case .prestartEnded(let generation, let ending): prestartEnded(generation, ending, now)
        case .opened(let generation, let configuration): opened(generation, configuration, now)
        case .openFailed(let generation, let reason): openFailed(generation, reason)
        case .upgradeChecked(let ending): upgradeChecked(ending)
        case .upgradeFailed(let reason): upgradeFailed(reason)
        case .deadline: expire(now)
        }
    }

    private mutating func receive(_ signal: Event.Signal, _ now: Duration) {
        switch signal {
        case .terminate: stop(atLeast: firstStage, now)
        case .interrupt, .quit: stop(atLeast: .stop, now)
        case .hangup: askForReload()
        case .oneMore: want(target + 1)
        case .oneFewer: want(target - 1)
        case .user1: reopenLogs()
        case .user2: askForUpgrade()
        case .windowChange: break
        }
    }

    private mutating func settle(_ now: Duration) {
        // What stands when the process is replaced must be all that there is: no effect may follow.
        if upgrade?.step == .replacing { return }
        switch phase {
        case .serving:
            hearRequests(now)
            staff(now)
            finishReload(now)
            if upgradeIsWanted, canUpgrade { beginUpgrade(now) }
            if reloadIsWanted, reload == nil, upgrade == nil { beginReload(now) }
            announceReady()
            tendHealth(now)
        case .stopping(let stop) where workers.isEmpty && prestart == nil && upgrade == nil:
            effects.append(.exit(stop.outcome))
            phase = .gone
            return
        case .idle, .prestarting, .stopping, .gone: trouble = nil
        }
        closeGenerations()
        keepCadences(now)
    }
}
