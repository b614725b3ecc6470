/// The whole policy of a master, as a value: what happened goes in, what shall be done comes out.
///
/// It makes no system call and reads no clock: time is given with each event, and every wait is a deadline in its state.
package struct Supervisor {
    let configuration: Configuration
    var phase = Phase.idle
    /// How many workers are wanted.
    package internal(set) var target: Int
    var slots: [Slot] = []
    /// What new workers are started from, but for those of a reload.
    package internal(set) var generation = 1
    var newestGeneration = 1
    var openGenerations: Set<Int> = [1]
    var reload: Reload?
    /// A reload was asked for at a time when none could begin.
    var reloadIsWanted = false
    var prestart: Prestart?
    var workersStarted = 0
    var failuresAtStart = 0
    var wasEverReady = false
    var isAnnounced = false
    var effects: [Effect] = []

    enum Phase: Equatable {
        case idle
        case prestarting
        case serving
        case stopping(StopStage, Effect.Outcome)
        case gone
    }

    package init(_ configuration: Configuration) {
        self.configuration = configuration
        target = min(configuration.workers, configuration.mostWorkers)
    }

    /// - Parameter now: since any fixed moment, on a clock that never goes back.
    package mutating func handle(_ event: Event, at now: Duration) -> [Effect] {
        guard phase != .gone else { return [] }
        switch event {
        case .start: start(now)
        case .signal(let signal): receive(signal, now)
        case .message(let message, let id): hear(message, from: id, now)
        case .ended(let id, let ending): bury(id, ending, now)
        case .prestartEnded(let generation, let ending): prestartEnded(generation, ending, now)
        case .opened(let generation): opened(generation, now)
        case .openFailed(let generation, let reason):
            if reload?.generation == generation { abandon(.executable(reason: reason)) }
        case .deadline: expire(now)
        }
        settle(now)
        defer { effects = [] }
        return effects
    }

    /// When `handle` is due at the latest.
    package var nextDeadline: Duration? {
        var deadlines = slots.compactMap(\.restart) + slots.compactMap { $0.worker?.deadline }
        if let deadline = prestart?.deadline { deadlines.append(deadline) }
        return deadlines.min()
    }

    /// Every worker whose process lives, by slot.
    package var workers: [Worker] { slots.compactMap(\.worker) }

    private mutating func receive(_ signal: Event.Signal, _ now: Duration) {
        switch signal {
        case .terminate: stop(atLeast: .drain, now)
        case .interrupt, .quit: stop(atLeast: .stop, now)
        case .hangup: askForReload()
        case .oneMore: want(target + 1)
        case .oneFewer: want(target - 1)
        case .windowChange: break
        case .user1, .user2: effects.append(.log(.signalWithoutEffect(signal)))
        }
    }

    private mutating func settle(_ now: Duration) {
        switch phase {
        case .serving:
            staff(now)
            finishReload(now)
            if reload == nil, reloadIsWanted { beginReload(now) }
            announceReady()
        case .stopping(_, let outcome) where workers.isEmpty && prestart == nil:
            effects.append(.exit(outcome))
            phase = .gone
        case .idle, .prestarting, .stopping, .gone: break
        }
        closeGenerations()
    }

    private mutating func closeGenerations() {
        for candidate in openGenerations.sorted() where candidate != generation && candidate != reload?.generation {
            guard !workers.contains(where: { $0.id.generation == candidate }) else { continue }
            openGenerations.remove(candidate)
            effects.append(.close(generation: candidate))
        }
    }
}
