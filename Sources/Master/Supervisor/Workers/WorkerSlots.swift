import Contract

/// The table of workers. A slot is a place for a worker, and its number on the scoreboard and in the log.
struct WorkerSlots: Equatable, Codable {
    private struct Slot: Equatable, Codable {
        var worker: Worker?
        /// When a worker of the serving generation replaces the one that died here.
        var restart: Duration?
        var backoff = Backoff()

        var isFree: Bool { worker == nil && restart == nil }
    }

    /// How long a slot waits for its next worker, so that one that fails at once costs little.
    private struct Backoff: Equatable, Codable {
        private static let shortest = Duration.milliseconds(100)
        private static let longest = Duration.seconds(30)
        /// A worker that was ready for so long was a good one.
        private static let healthy = Duration.seconds(10)

        private var next = shortest

        var isFresh: Bool { next == Self.shortest }

        /// - Parameter readyFor: how long the worker that failed had been ready.
        mutating func recover(readyFor: Duration) {
            if readyFor >= Self.healthy { next = Self.shortest }
        }

        mutating func delay() -> Duration {
            defer { next = min(next * 2, Self.longest) }
            return next
        }
    }

    /// How many workers, leaving ones included, can be alive at once.
    let capacity: Int
    /// Slot 1 comes first.
    private var slots: [Slot] = []
    private var startedWorkers = 0

    init(capacity: Int) {
        self.capacity = capacity
    }

    // MARK: Who is there

    /// Every worker whose process is alive, by slot.
    var workers: [Worker] { slots.compactMap(\.worker) }

    var isEmpty: Bool { !slots.contains { $0.worker != nil } }

    var readyCount: Int { slots.count { $0.worker?.isReady ?? false } }

    /// Slots in which a worker is about to start again.
    var restartCount: Int { slots.count { $0.restart != nil } }

    /// Workers that are not leaving, and those about to start again.
    var count: Int { slots.count { $0.restart != nil || $0.worker?.isLeaving == false } }

    func staying(_ generation: Int) -> [Worker] {
        workers.filter { $0.id.generation == generation && !$0.isLeaving }
    }

    /// Workers of neither generation: old ones in a reload that goes well, new ones after a reload that failed.
    func others(than generation: Int, _ trial: Int? = nil) -> [Worker] {
        workers.filter { !$0.isLeaving && $0.id.generation != generation && $0.id.generation != trial }
    }

    subscript(_ id: Worker.ID) -> Worker? {
        guard slots.indices.contains(id.slot - 1), let worker = slots[id.slot - 1].worker, worker.id == id else {
            return nil
        }
        return worker
    }

    var deadline: Duration? {
        (slots.compactMap(\.restart) + slots.compactMap { $0.worker?.deadline }).min()
    }

    // MARK: Changes

    /// Starts a worker in the lowest free slot.
    /// - Returns: nil if there is none.
    mutating func start(_ generation: Int, bootTimeout: Duration, _ now: Duration) -> Effect? {
        if let index = slots.firstIndex(where: \.isFree) {
            slots[index].backoff = Backoff()
            return start(in: index, generation, bootTimeout, now)
        }
        guard slots.count < capacity else { return nil }
        slots.append(Slot())
        return start(in: slots.count - 1, generation, bootTimeout, now)
    }

    private mutating func start(
        in index: Int, _ generation: Int, _ bootTimeout: Duration, _ now: Duration
    ) -> Effect {
        startedWorkers += 1
        let id = Worker.ID(slot: index + 1, generation: generation, serial: startedWorkers)
        slots[index].worker = Worker(id: id, bootTimeout: bootTimeout, now)
        return .spawn(id)
    }

    /// Changes a worker, if it is still there.
    mutating func update<Result>(_ id: Worker.ID, _ change: (inout Worker) -> Result) -> Result? {
        guard self[id] != nil else { return nil }
        return change(&slots[id.slot - 1].worker!)
    }

    /// One step for a worker whose deadline has passed.
    mutating func expire(_ id: Worker.ID, _ now: Duration) -> (effects: [Effect], failure: LivenessFailure?) {
        guard let worker = self[id], let deadline = worker.deadline, deadline <= now else { return ([], nil) }
        let (effects, failure) = slots[id.slot - 1].worker!.expire(now)
        if failure != nil, let since = worker.readySince { slots[id.slot - 1].backoff.recover(readyFor: now - since) }
        return (effects, failure)
    }

    /// Its process has exited.
    mutating func remove(_ id: Worker.ID) -> Worker? {
        guard let worker = self[id] else { return nil }
        slots[id.slot - 1].worker = nil
        return worker
    }

    /// Plans a replacement in the slot of a worker that has exited. One that was ready and asked by its exit code to be
    /// replaced has not failed, unless it does nothing else.
    /// - Returns: how long until it starts.
    mutating func scheduleRestart(of worker: Worker, after status: ExitStatus, _ now: Duration) -> Duration {
        let index = worker.id.slot - 1
        var isAtOnce = false
        if let since = worker.readySince {
            slots[index].backoff.recover(readyFor: now - since)
            isAtOnce = status.code == .recycle && slots[index].backoff.isFresh
        }
        let backoff = slots[index].backoff.delay()
        let delay = isAtOnce ? .zero : backoff
        slots[index].restart = now + delay
        return delay
    }

    /// Starts what was planned and is due.
    mutating func restart(_ generation: Int, bootTimeout: Duration, _ now: Duration) -> [Effect] {
        slots.indices.compactMap { index in
            guard let restart = slots[index].restart, restart <= now else { return nil }
            slots[index].restart = nil
            return start(in: index, generation, bootTimeout, now)
        }
    }

    mutating func cancelRestarts() {
        for index in slots.indices { slots[index].restart = nil }
    }

    /// - Returns: whether there was one.
    mutating func cancelLastRestart() -> Bool {
        guard let index = slots.lastIndex(where: { $0.restart != nil }) else { return false }
        slots[index].restart = nil
        return true
    }

    /// - Parameter killDelay: what is added for workers that were told to end at once.
    mutating func postpone(by time: Duration, killDelay: Duration, _ now: Duration) {
        for index in slots.indices {
            slots[index].worker?.postpone(by: time, killDelay: killDelay, now)
            slots[index].restart = slots[index].restart.map { max($0, now) }
        }
    }

    /// What does not fit together in a snapshot is refused: a master that went on with it would trap later.
    func validate() throws(SnapshotError) {
        guard slots.count <= capacity else { throw SnapshotError("there are more than \(capacity) slots") }
        for (index, slot) in slots.enumerated() {
            if let worker = slot.worker, worker.id.slot != index + 1 {
                throw SnapshotError("the worker of slot \(worker.id.slot) stands in slot \(index + 1)")
            }
        }
    }
}
