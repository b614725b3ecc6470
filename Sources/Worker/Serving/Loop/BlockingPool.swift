internal import CLinux
internal import Contract
internal import Linux
import Glibc
import Messages
import Synchronization

/// Threads for work that blocks, and a bounded queue before them. No operation may hold all of them (`BlockingLanes`).
///
/// A handler that only looks something up takes microseconds, and to wake a thread takes as long. So a thread that has done
/// its job takes the next one before it sleeps, at most one is on its way from sleep at a time, and it is the one that slept
/// last.
final class BlockingPool: Sendable {
    /// One piece of work. Given up before its turn, it is not begun; later, it is told, if it wants to know.
    final class Job: Sendable {
        private let isGivenUp = Atomic(false)
        private let handler = Mutex<(@Sendable () -> Void)?>(nil)
        private let work: @Sendable () -> Void
        let operation: BlockingOperation
        /// When nobody waits for it any more: CLOCK_MONOTONIC, nanoseconds; nil for one that may take any time.
        let deadline: UInt64?

        init(
            _ operation: BlockingOperation, deadline: UInt64? = nil, _ work: @escaping @Sendable () -> Void
        ) {
            self.operation = operation
            self.deadline = deadline
            self.work = work
        }

        func giveUp() {
            isGivenUp.store(true, ordering: .relaxed)
            handler.withLock { $0 }?()
        }

        /// - Parameter handler: called when the job is given up, at once when it has been; nil forgets the last one.
        func onGiveUp(_ handler: (@Sendable () -> Void)?) {
            self.handler.withLock { $0 = handler }
            if !isWanted { handler?() }
        }

        var isWanted: Bool { !isGivenUp.load(ordering: .relaxed) }

        fileprivate func run() {
            guard isWanted else { return }
            pthread_setspecific(Self.key, Unmanaged.passUnretained(self).toOpaque())
            work()
            pthread_setspecific(Self.key, nil)
        }

        /// The one that this thread is at.
        static var current: Job? {
            pthread_getspecific(key).map { Unmanaged<Job>.fromOpaque($0).takeUnretainedValue() }
        }

        private static let key: pthread_key_t = {
            var key = pthread_key_t()
            let failure = pthread_key_create(&key, nil)
            if failure != 0 { HostLimit.end(SystemError("pthread_key_create", errno: failure)) }
            return key
        }()
    }

    private struct State {
        var lanes: BlockingLanes
        /// Threads that sleep; the last one sleeps since the shortest time, and has most of what it needs in the caches.
        var sleepers: [Int] = []
        /// Whether a thread has been woken and has not come for its job yet.
        var isOneComing = false

        init(threads: Int) {
            lanes = BlockingLanes(threads: threads)
        }

        /// The thread that is to be woken: while jobs may begin and nobody is on the way. Who comes calls the next.
        mutating func nextToWake() -> Int? {
            guard lanes.mayBegin, !isOneComing, let thread = sleepers.popLast() else { return nil }
            isOneComing = true
            return thread
        }
    }

    private let capacity: Int
    private let slot: Scoreboard.Slot
    private let state: Mutex<State>
    private let beds: [Bed]
    /// Whether jobs may begin that no thread has been told of.
    private let isUntold = Atomic(false)

    /// - Parameters:
    ///   - capacity: how many jobs may wait.
    ///   - slot: tells the master since when the threads are past their requests' deadlines.
    init(threads: Int, capacity: Int, slot: Scoreboard.Slot) {
        self.capacity = capacity
        self.slot = slot
        state = Mutex(State(threads: threads))
        beds = (0..<threads).map { _ in Bed() }
        for thread in 0..<threads {
            _ = Thread.start("blocking") { [self] in work(thread) }
        }
    }

    /// Takes a job, which begins after the next `wake`.
    /// - Parameter deadline: when nobody waits for it any more: CLOCK_MONOTONIC, nanoseconds.
    /// - Returns: the job; nil when the queue is full.
    func submit(
        _ operation: BlockingOperation = .unnamed, deadline: UInt64? = nil, _ work: @escaping @Sendable () -> Void
    ) -> Job? {
        let job = Job(operation, deadline: deadline, work)
        let now = MonotonicClock.nanoseconds
        let (isAccepted, calls) = state.withLock { state in
            if state.lanes.waiting >= capacity { state.lanes.dropUnwanted() }
            guard state.lanes.waiting < capacity else { return (false, false) }
            let calls = state.lanes.append(job, at: now)
            slot.poolIsOverdue(since: state.lanes.overdue)
            return (true, calls)
        }
        if calls { isUntold.store(true, ordering: .relaxed) }
        return isAccepted ? job : nil
    }

    /// Tells a thread of the jobs that were taken since the last time: once for all of a pass, because a thread that wakes
    /// up may take the processor from the loop.
    func wake() {
        guard isUntold.load(ordering: .relaxed), isUntold.exchange(false, ordering: .relaxed) else { return }
        if let thread = state.withLock({ $0.nextToWake() }) { beds[thread].wake() }
    }

    /// What is to be said of operations whose work waits and does not go on, or does again.
    func look(at now: UInt64, patience: UInt64) -> [BlockingLanes.News] {
        state.withLock { $0.lanes.look(at: now, patience: patience) }
    }

    /// A thread's life: job after job, and sleep where there is none.
    private func work(_ thread: Int) -> Never {
        var done: Job?
        var hasSlept = false
        while true {
            let now = MonotonicClock.nanoseconds
            let (job, next) = state.withLock { state in
                if hasSlept { state.isOneComing = false }
                if let done { state.lanes.finish(done, at: now) }
                let job = state.lanes.take(at: now)
                if job == nil { state.sleepers.append(thread) }
                slot.poolIsOverdue(since: state.lanes.overdue)
                // Where this one found nothing, nobody else would.
                return (job, job == nil ? nil : state.nextToWake())
            }
            if let next { beds[next].wake() }
            done = job
            hasSlept = job == nil
            if let job { job.run() } else { beds[thread].sleep() }
        }
    }
}

/// Where a thread sleeps until it is woken; once woken, the next sleep ends at once (sem_post(3)).
private struct Bed: @unchecked Sendable {
    // Semaphores are made for several threads; this one lives as long as the process, as the pool's threads do.
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() {
        sem_init(semaphore, 0, 0)
    }

    func wake() {
        sem_post(semaphore)
    }

    func sleep() {
        while sem_wait(semaphore) != 0 {}
    }
}
