import Contract

/// Brings the workers to the number and the generation that are wanted. A step at a time: never more than the surge are too
/// many, and a ready worker leaves only when enough others are ready.
struct Reconciliation {
    /// What the workers are to become.
    struct Goal {
        /// How many workers.
        let target: Int
        let generation: Int
        /// A generation of which one worker is tried beside the others.
        let trial: Int?
        /// How many workers more than the target there may be, and how many fewer may be ready.
        let surge: Int
        let unavailable: Int
        /// Whether workers that are to be recycled are replaced now. A reload replaces every worker anyway.
        let recycles: Bool
    }

    private(set) var slots: WorkerSlots
    private(set) var effects: [Effect] = []
    private let goal: Goal
    private let generations: Generations
    private let now: Duration

    init(_ slots: WorkerSlots, _ goal: Goal, _ generations: Generations, _ now: Duration) {
        self.slots = slots
        self.goal = goal
        self.generations = generations
        self.now = now
        run()
    }

    private mutating func run() {
        for worker in others where !worker.isReady { stop(worker) }
        while assigned > places, dropOne() {}
        if let trial = goal.trial, slots.staying(trial).isEmpty { startTrial(of: trial) }
        while slots.count > limit, dropIdle() {}
        fill()
        while slots.readyCount > goal.target - goal.unavailable, let other = others.first { stop(other) }
        while slots.readyCount > goal.target, let worker = nextToRecycle { stop(worker) }
        // A place that has just become free is filled now, not at the next event.
        fill()
    }

    private var others: [Worker] { slots.others(than: goal.generation, goal.trial) }

    /// The oldest first, so that no worker waits for ever.
    private var nextToRecycle: Worker? {
        guard goal.recycles else { return nil }
        return slots.staying(goal.generation).filter { $0.isReady && $0.recycleReason != nil }
            .min { $0.id.serial < $1.id.serial }
    }

    /// Places that workers of the goal's generation have, or are about to have.
    private var assigned: Int { slots.staying(goal.generation).count + slots.restartCount }

    /// How many there shall be: one more while a worker is recycled.
    private var places: Int { goal.target + (nextToRecycle == nil ? 0 : 1) }

    /// How many workers there may be. Recycling takes no ready worker away, so it needs one beside it.
    private var limit: Int { max(goal.target + goal.surge, places) }

    private mutating func fill() {
        while assigned < places, slots.count < limit, start(goal.generation) {}
    }

    /// - Returns: whether there was a free slot.
    private mutating func start(_ generation: Int) -> Bool {
        guard let spawn = slots.start(generation, bootTimeout: generations[generation].bootTimeout, now) else {
            return false
        }
        effects.append(spawn)
        return true
    }

    private mutating func stop(_ worker: Worker) {
        let gracefulTimeout = generations[worker.id.generation].gracefulTimeout
        effects += slots.update(worker.id) { [now] in $0.stop(gracefulTimeout: gracefulTimeout, now) } ?? []
    }

    /// Starts the first worker of a new generation; if there may be no surge, in the place of an old one.
    private mutating func startTrial(of trial: Int) {
        while slots.count >= limit, dropIdle() {}
        if slots.count >= limit {
            if let other = others.first { stop(other) } else { _ = dropOne() }
        }
        if slots.count < limit { _ = start(trial) }
    }

    /// Stops a worker that does not serve yet, or cancels a planned restart.
    private mutating func dropIdle() -> Bool {
        if slots.cancelLastRestart() { return true }
        guard let idle = slots.staying(goal.generation).last(where: { !$0.isReady }) else { return false }
        stop(idle)
        return true
    }

    /// Idle workers go first, then one that is to be recycled anyway, then the one with the highest number: a server that
    /// was scaled up and down again has the workers 1 to N.
    private mutating func dropOne() -> Bool {
        if dropIdle() { return true }
        let staying = slots.staying(goal.generation)
        guard let one = staying.last(where: { $0.recycleReason != nil }) ?? staying.last else { return false }
        stop(one)
        return true
    }
}
