package import Contract

/// The whole policy of a master, as a value: events go in, effects come out.
///
/// It makes no system call and reads no clock: each event comes with the time, and every wait is a deadline in its state.
package struct Supervisor: Equatable {
    private var generations: Generations
    private var slots: WorkerSlots
    /// How many workers are wanted.
    package private(set) var target: Int
    private var phase = Phase.idle
    private var startup = Startup()
    private var prestart: PrestartRun?
    private var reload: Reload?
    private var upgrade: Upgrade?
    private var requested = Requested()
    private var recycleRate = RecycleRateLimit()
    private var health = HealthProblems()
    private var periodicTasks: PeriodicTasks
    /// When the last event was handled.
    private var lastEvent = Duration.zero
    /// Of the event that is being handled; empty between two events.
    private var effects: [Effect] = []

    private enum Phase: Equatable, Codable {
        case idle
        case prestarting
        case serving
        case stopping(Stop)
        case gone
    }

    private struct Stop: Equatable, Codable {
        let stage: StopStage
        let exitCode: ExitCode
        /// When `shutdown-delay` has passed.
        var until: Duration?
    }

    /// What was asked for while something else was under way.
    private struct Requested: Equatable, Codable {
        var reload = false
        var upgrade = false
    }

    /// - Parameters:
    ///   - settings: of the first generation.
    ///   - capacity: how many workers, leaving ones included, can be alive at once.
    ///   - watchdog: how often the service manager expects a sign of life; nil is never.
    package init(_ settings: Settings, capacity: Int, watchdog: Duration? = nil) {
        generations = Generations(first: settings)
        slots = WorkerSlots(capacity: capacity)
        periodicTasks = PeriodicTasks(watchdog: watchdog)
        target = 1
        target = possible(settings.workers ?? 1)
    }

    // MARK: What others ask

    /// The settings of the generation that serves.
    package var settings: Settings { generations.current }

    package func settings(of generation: Int) -> Settings { generations[generation] }

    /// What new workers are started from, unless a reload starts them.
    package var generation: Int { generations.serving }

    /// The highest number ever given.
    package var newestGeneration: Int { generations.newest }

    /// Every worker whose process is alive, by slot.
    package var workers: [Worker] { slots.workers }

    package var readyWorkers: Int { slots.readyCount }

    /// From then on, no exit of a worker ends the master.
    package var wasEverReady: Bool { startup.wasEverReady }

    /// What workers that stay report; what most of them report comes first.
    package var healthProblems: [HealthProblem] { HealthProblems.reported(by: slots.workers) }

    /// When the prestart started that runs now.
    package var prestartStarted: Duration? { prestart?.started }

    package var state: ServerState {
        switch phase {
        case .idle, .prestarting: .starting
        case .stopping(let stop): .stopping(stop.stage)
        case .gone: .stopping(.kill)
        case .serving:
            if let reload {
                .reloading(generation: reload.generation, reload.step)
            } else if upgrade != nil {
                .upgrading
            } else {
                startup.isAnnounced ? .serving : .starting
            }
        }
    }

    /// When `handle` is due at the latest.
    package var nextDeadline: Duration? {
        if phase == .gone { return nil }
        var deadlines = [
            slots.deadline, prestart?.deadline, upgrade?.deadline, periodicTasks.deadline, health.deadline,
        ]
        if case .stopping(let stop) = phase { deadlines.append(stop.until) }
        if phase == .serving, workers.contains(where: \.asksForRecycle) {
            // No time that has passed.
            deadlines.append(max(recycleRate.due, lastEvent))
        }
        return deadlines.compactMap(\.self).min()
    }

    // MARK: Events

    /// - Parameter now: time since any fixed moment, on a clock that never goes back.
    package mutating func handle(_ event: Event, at now: Duration) -> [Effect] {
        guard phase != .gone else { return [] }
        moveDeadlinesAfterStall(now)
        receive(event, now)
        advance(now)
        lastEvent = now
        defer { effects = [] }
        return effects
    }

    private mutating func receive(_ event: Event, _ now: Duration) {
        switch event {
        case .start: start(now)
        case .resumed(let failure): resume(failure)
        case .signal(let signal): receive(signal, now)
        case .scale(let workers): scale(to: workers)
        case .replace(let id): if let worker = slots[id] { recycle(worker, .operatorsRequest) }
        case .message(let message, let id): receive(message, from: id, now)
        case .heartbeats(let heartbeats):
            for (id, heartbeat) in heartbeats { _ = slots.update(id) { $0.observe(heartbeat, now) } }
        case .memoryMeasured(let memory): recycleLarge(memory)
        case .listenerReplaced(let ids):
            for worker in workers where ids.contains(worker.id) { recycle(worker, .listenerReplaced) }
        case .workerExited(let id, let status): workerExited(id, status, now)
        case .prestartExited(let generation, let status): prestartExited(generation, status, now)
        case .generationOpened(let generation, let settings): generationOpened(generation, settings, now)
        case .generationOpenFailed(let generation, let reason):
            if reload?.generation == generation, reload?.step == .opening { failReload(.open(reason: reason)) }
        case .upgradeCheckExited(let status): upgradeCheckExited(status)
        case .upgradeFailed(let reason): if upgrade?.isReplacing == true { failUpgrade(.exec(reason: reason)) }
        case .deadline: expire(now)
        }
    }

    private mutating func receive(_ signal: Event.Signal, _ now: Duration) {
        switch signal {
        case .terminate: stop(atLeast: firstStopStage, now)
        case .interrupt, .quit: stop(atLeast: .stop, now)
        case .hangup: requestReload()
        case .oneMore: scale(to: target + 1)
        case .oneFewer: scale(to: target - 1)
        case .user1: reopenLogs()
        case .user2: requestUpgrade()
        case .windowChange: break
        }
    }

    /// What follows from the state, whatever the event was.
    private mutating func advance(_ now: Duration) {
        // The snapshot that the new executable reads must be all that there is: no effect may follow.
        if upgrade?.isReplacing == true { return }
        switch phase {
        case .serving:
            recycleRequested(now)
            reconcile(now)
            finishReload(now)
            if requested.upgrade, canUpgrade { beginUpgrade(now) }
            if requested.reload, reload == nil, upgrade == nil { beginReload(now) }
            if reload == nil, readyWorkers >= target { effects += startup.announce(workers: target) }
            effects += health.update(healthProblems, now)
        case .stopping(let stop) where slots.isEmpty && prestart == nil && upgrade == nil:
            effects.append(.exit(stop.exitCode))
            phase = .gone
            return
        case .idle, .prestarting, .stopping, .gone: health.discard()
        }
        closeGenerations()
        periodicTasks.schedule(extendsTimeout: takesLong, measuresMemory: measuresMemory, now)
    }

    private var takesLong: Bool {
        if case .stopping = phase { return true }
        // `systemctl reload` waits as long as a start may take (TimeoutStartSec=).
        return prestart != nil || reload != nil
    }

    private var measuresMemory: Bool {
        phase == .serving && generations.open.contains { generations[$0].maxWorkerMemory != nil }
    }

    private mutating func expire(_ now: Duration) {
        for id in workers.map(\.id) {
            let (expired, failure) = slots.expire(id, now)
            effects += expired
            guard let failure, id.generation == reload?.generation else { continue }
            failReload(failure == .bootTimeout ? .bootTimedOut(id) : .workerStuck(id, failure))
        }
        effects += slots.restart(generation, bootTimeout: settings.bootTimeout, now)
        effects += prestart?.expire(now) ?? []
        effects += upgrade?.expire(now) ?? []
        if case .stopping(let stop) = phase, let until = stop.until, until <= now { self.stop(atLeast: .drain, now) }
        effects += periodicTasks.expire(now)
    }

    /// A wait that ended more than this too late was no wait of a running machine.
    private static let longestDelay = Duration.seconds(1)

    /// If a wait ended much too late, the machine or the master stood still, and perhaps every process. Nobody is late for
    /// that: a worker that boots or drains keeps the time it had left when the master was last awake, and silence counts
    /// anew. One that was told to end at once gets no more than the time by which the wait was too long.
    private mutating func moveDeadlinesAfterStall(_ now: Duration) {
        guard let due = nextDeadline, now - due > Self.longestDelay else { return }
        let stall = now - due
        let unseen = now - lastEvent
        effects.append(.log(.masterStalled(stall)))
        slots.postpone(by: unseen, killDelay: stall, now)
        prestart?.postpone(by: unseen, killDelay: stall)
        upgrade?.postpone(by: unseen)
        if case .stopping(var stop) = phase, let until = stop.until {
            stop.until = until + unseen
            phase = .stopping(stop)
        }
        periodicTasks.postpone(to: now)
        health.postpone(to: now)
    }

    // MARK: Start

    private mutating func start(_ now: Duration) {
        guard phase == .idle else { return }
        effects += periodicTasks.announceAlive(now)
        if settings.prestart {
            phase = .prestarting
            beginPrestart(generation, now)
        } else {
            phase = .serving
        }
    }

    private mutating func beginPrestart(_ generation: Int, _ now: Duration) {
        let begun = PrestartRun(generation: generation, timeout: generations[generation].prestartTimeout, now)
        prestart = begun
        effects += begun.startEffects + periodicTasks.extendTimeout(now)
    }

    private mutating func prestartExited(_ generation: Int, _ status: ExitStatus, _ now: Duration) {
        guard let exited = prestart, exited.generation == generation else { return }
        prestart = nil
        let result = exited.result(status)
        effects.append(
            .log(.prestartExited(generation: generation, status, after: now - exited.started, result)))
        switch phase {
        case .prestarting:
            switch result {
            case .succeeded: phase = .serving
            case .failed where status.code == .usage: failStart(.usage)
            case .failed, .timedOut, .stopped: failStart(.prestart)
            }
        case .serving:
            guard reload?.generation == generation, reload?.step == .prestarting else { return }
            switch result {
            case .succeeded: reload?.prestartSucceeded()
            case .timedOut: failReload(.prestartTimedOut)
            case .failed, .stopped: failReload(.prestart(status))
            }
        case .idle, .stopping, .gone: break
        }
    }

    private mutating func failStart(_ exitCode: ExitCode) {
        effects.append(.log(.startFailed(exitCode)))
        phase = .stopping(Stop(stage: .kill, exitCode: exitCode))
        stopAll(.kill, .zero)
    }

    // MARK: Workers

    private mutating func receive(_ message: WorkerMessage, from id: Worker.ID, _ now: Duration) {
        guard slots[id] != nil else { return }
        let settings = generations[id.generation]
        switch message {
        case .ready:
            let ready = slots.update(id) { $0.becomeReady(workerTimeout: settings.workerTimeout, now) } ?? []
            guard !ready.isEmpty else { return }
            startup.workerReady()
            effects += ready
            if id.generation == reload?.generation { reload?.workerReady() }
        case .draining:
            let left = slots.update(id) { $0.reportDraining(gracefulTimeout: settings.gracefulTimeout, now) } ?? []
            effects += left
            if !left.isEmpty, id.generation == reload?.generation { failReload(.workerLeft(id)) }
        case .recycle: _ = slots.update(id) { $0.askForRecycle() }
        case .healthProblem(let problem): _ = slots.update(id) { $0.reportHealthProblem(problem) }
        case .booted, .drained, .stacks: break
        }
    }

    private mutating func workerExited(_ id: Worker.ID, _ status: ExitStatus, _ now: Duration) {
        guard let worker = slots.remove(id) else { return }
        let isLost = !worker.isLeaving && id.generation == generation && !isStopping
        let exitCode = isLost ? startup.workerFailed(worker, status) : nil
        var restart: Duration?
        if isLost, exitCode == nil, reload?.step != .rolling {
            restart = slots.scheduleRestart(of: worker, after: status, now)
        }
        let age = now - worker.started
        effects.append(.log(.workerExited(id, status, state: worker.state, age: age, restart: restart)))
        if let exitCode { failStart(exitCode) }
        if !worker.isLeaving, id.generation == reload?.generation { failReload(.workerExited(id, status)) }
    }

    private mutating func reconcile(_ now: Duration) {
        let (step, newest) = (reload?.step, generations.newest)
        let isComing = step == .trying || step == .rolling
        if step == .rolling { slots.cancelRestarts() }
        // The surge is that of the workers that come.
        let rules = isComing ? generations[newest] : settings
        let goal = Reconciliation.Goal(
            target: target, generation: step == .rolling ? newest : generation, trial: step == .trying ? newest : nil,
            surge: rules.maxSurge, unavailable: rules.maxUnavailable, recycles: !isComing)
        let reconciliation = Reconciliation(slots, goal, generations, now)
        slots = reconciliation.slots
        effects += reconciliation.effects
    }

    private mutating func recycle(_ worker: Worker, _ reason: RecycleReason) {
        effects += slots.update(worker.id) { $0.recycle(reason) } ?? []
    }

    /// Workers that ask to be replaced, as many as the rate allows, the oldest first.
    private mutating func recycleRequested(_ now: Duration) {
        for worker in workers.sorted(by: { $0.id.serial < $1.id.serial }) where worker.asksForRecycle {
            // It may have another reason by now, or be leaving.
            if worker.isReady, worker.recycleReason == nil {
                guard recycleRate.take(now) else { return }
                recycle(worker, .requested)
            }
            _ = slots.update(worker.id) { $0.recycleRequestHandled() }
        }
    }

    private mutating func recycleLarge(_ memory: [Worker.ID: Int]) {
        for worker in workers {
            guard let bytes = memory[worker.id], let limit = generations[worker.id.generation].maxWorkerMemory else {
                continue
            }
            if bytes > limit { recycle(worker, .memory(bytes: bytes)) }
        }
    }

    private mutating func reopenLogs() {
        effects.append(.reopenLog)
        for worker in workers where !worker.state.isKilled { effects.append(.send(.reopenLogs, to: worker.id)) }
    }

    // MARK: The number of workers

    /// The nearest number of workers that is possible. At most half of the slots: the other half may be leaving.
    private func possible(_ workers: Int) -> Int { min(max(workers, 1), max(1, (slots.capacity + 1) / 2)) }

    /// TTIN, TTOU and `brigade scale`. The operator's number outlives what a reload brings.
    private mutating func scale(to workers: Int) {
        if isStopping { return }
        guard workers == possible(workers) else {
            effects.append(.log(.targetAtLimit(workers: target)))
            return
        }
        reload?.keepOperatorsTarget()
        target = workers
        effects.append(.log(.targetChanged(workers: workers)))
    }

    // MARK: Reload

    private mutating func requestReload() {
        if case .stopping = phase { return }
        let isFree = phase == .serving && reload == nil && upgrade == nil
        if !isFree, !requested.reload { effects.append(.log(.reloadQueued)) }
        requested.reload = true
    }

    private mutating func beginReload(_ now: Duration) {
        requested.reload = false
        let next = generations.beginNext()
        reload = Reload(generation: next, now)
        effects.append(.log(.reloadStarted(generation: next)))
        if startup.isAnnounced { effects.append(.announce(.reloading)) }
        effects.append(.openGeneration(next))
    }

    private mutating func generationOpened(_ generation: Int, _ new: Settings, _ now: Duration) {
        guard reload?.generation == generation, reload?.step == .opening else { return }
        let newTarget = new.workers != settings.workers ? possible(new.workers ?? 1) : nil
        reload?.opened(newTarget: newTarget, runsPrestart: new.prestart)
        generations.open(generation, new)
        if new.prestart { beginPrestart(generation, now) }
    }

    /// The old generation never stopped serving. Its workers that have left come back, and new ones that are ready serve
    /// until then.
    private mutating func failReload(_ failure: Reload.Failure) {
        guard let failed = reload else { return }
        reload = nil
        if let former = failed.formerTarget { target = former }
        effects.append(.log(.reloadFailed(generation: failed.generation, failure)))
        if startup.isAnnounced { effects.append(.announce(.ready)) }
    }

    private mutating func finishReload(_ now: Duration) {
        guard let reload, hasTakenOver(reload) else { return }
        if let newTarget = reload.newTarget, newTarget != target {
            // The last step: the new workers become as many as the new settings want.
            self.reload?.targetApplied(insteadOf: target)
            target = newTarget
            effects.append(.log(.targetChanged(workers: newTarget)))
            reconcile(now)
            guard hasTakenOver(reload) else { return }
        }
        self.reload = nil
        generations.commit(reload.generation)
        effects += [
            .log(.reloadComplete(generation: reload.generation, after: reload.age(now))),
            .commitGeneration(reload.generation),
        ]
        if startup.isAnnounced { effects.append(.announce(.ready)) }
    }

    private func hasTakenOver(_ reload: Reload) -> Bool {
        reload.step == .rolling && slots.others(than: reload.generation).isEmpty
            && slots.staying(reload.generation).count(where: \.isReady) >= target
            && !workers.contains { $0.id.generation != reload.generation && $0.drainsUnconfirmed }
    }

    private mutating func closeGenerations() {
        for candidate in generations.open where candidate != generation && candidate != reload?.generation {
            guard !workers.contains(where: { $0.id.generation == candidate }) else { continue }
            generations.close(candidate)
            effects.append(.closeGeneration(candidate))
        }
    }

    // MARK: Upgrade

    private mutating func requestUpgrade() {
        if case .stopping = phase { return }
        if let upgrade, !upgrade.isOver { return }
        if !canUpgrade, !requested.upgrade { effects.append(.log(.upgradeQueued)) }
        requested.upgrade = true
    }

    /// A master that never had a ready worker does not know yet whether it will last.
    private var canUpgrade: Bool { phase == .serving && wasEverReady && reload == nil && upgrade == nil }

    private mutating func beginUpgrade(_ now: Duration) {
        requested.upgrade = false
        let begun = Upgrade(timeout: settings.bootTimeout, now)
        upgrade = begun
        effects += begun.startEffects
    }

    private mutating func upgradeCheckExited(_ status: ExitStatus) {
        guard let (checked, hasEnded) = upgrade?.checkExited(status) else { return }
        effects += checked
        if hasEnded { upgrade = nil }
    }

    /// The new executable goes on where the old one was, and the workers follow.
    private mutating func resume(_ failure: String?) {
        guard upgrade?.isReplacing == true else { return }
        if let failure { return failUpgrade(.returned(reason: failure)) }
        upgrade = nil
        requested.reload = true
        effects.append(.log(.upgradeComplete))
    }

    private mutating func failUpgrade(_ failure: Upgrade.Failure) {
        upgrade = nil
        effects.append(.log(.upgradeFailed(failure)))
    }

    // MARK: Stop

    private var isStopping: Bool {
        switch phase {
        case .stopping, .gone: true
        case .idle, .prestarting, .serving: false
        }
    }

    /// Without a ready worker there is no readiness to withdraw.
    private var firstStopStage: StopStage { settings.shutdownDelay > .zero && readyWorkers > 0 ? .withdraw : .drain }

    /// Begins to stop or, if the server is stopping already, goes one stage on.
    private mutating func stop(atLeast least: StopStage, _ now: Duration) {
        guard case .stopping(let stop) = phase else {
            effects.append(.announce(.stopping))
            if least != .withdraw { effects.append(.closeListeners) }
            enter(least, .ok, now)
            return
        }
        guard stop.stage != .kill else { return }
        if stop.stage == .withdraw { effects.append(.closeListeners) }
        enter(stop.stage.rawValue < least.rawValue ? least : stop.stage.next, stop.exitCode, now)
    }

    private mutating func enter(_ stage: StopStage, _ exitCode: ExitCode, _ now: Duration) {
        let until = stage == .withdraw ? now + settings.shutdownDelay : nil
        phase = .stopping(Stop(stage: stage, exitCode: exitCode, until: until))
        effects.append(.log(.stopping(stage)))
        stopAll(stage, now)
    }

    private mutating func stopAll(_ stage: StopStage, _ now: Duration) {
        reload = nil
        requested = Requested()
        slots.cancelRestarts()
        for worker in workers { stop(worker, stage, now) }
        effects += upgrade?.killCheck() ?? []
        if upgrade?.isReplacing == true { upgrade = nil }
        effects += (stage == .kill ? prestart?.kill() : prestart?.terminate(now)) ?? []
    }

    private mutating func stop(_ worker: Worker, _ stage: StopStage, _ now: Duration) {
        if stage == .withdraw, worker.isReady {
            effects.append(.send(.withdraw, to: worker.id))
            return
        }
        let gracefulTimeout = generations[worker.id.generation].gracefulTimeout
        effects +=
            slots.update(worker.id) {
                switch stage {
                case .withdraw, .drain: $0.stop(gracefulTimeout: gracefulTimeout, now)
                case .stop: $0.stopQuickly(gracefulTimeout: gracefulTimeout, now)
                case .kill: $0.kill()
                }
            } ?? []
    }
}

// MARK: Snapshots

extension Supervisor: Codable {
    private enum CodingKeys: CodingKey {
        case generations, slots, target, phase, startup, prestart, reload, upgrade, requested, recycleRate, health
        case periodicTasks, lastEvent
    }
}

extension Supervisor {
    /// The state of a supervisor between two events, so that another build of the master can go on (USR2). The settings are
    /// not part of it.
    ///
    /// Keys that this build does not know are ignored; one that is missing is an error, so a new property must be optional.
    package struct Snapshot: Equatable, Codable {
        fileprivate var supervisor: Supervisor

        fileprivate init(_ supervisor: Supervisor) {
            self.supervisor = supervisor
            self.supervisor.generations.forgetSettings()
        }

        package init(from decoder: any Decoder) throws {
            supervisor = try Supervisor(from: decoder)
        }

        package func encode(to encoder: any Encoder) throws {
            try supervisor.encode(to: encoder)
        }
    }

    package var snapshot: Snapshot { Snapshot(self) }

    /// Goes on where the other supervisor was. Its first event is `resumed`.
    /// - Parameter settings: by generation.
    package init(resuming snapshot: Snapshot, settings: [Int: Settings]) throws(SnapshotError) {
        self = snapshot.supervisor
        try slots.validate()
        guard target == possible(target) else { throw SnapshotError("there cannot be \(target) workers") }
        var needed = Set(workers.map(\.id.generation))
        if let reload, reload.step != .opening { needed.insert(reload.generation) }
        try generations.restore(settings, needed: needed)
    }
}

/// Why a supervisor cannot go on from a snapshot.
package struct SnapshotError: Error, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
