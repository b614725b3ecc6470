internal import CLinux
internal import Contract
internal import Linux
import Glibc
import Messages
import Synchronization
internal import SystemPackage

/// Threads for work that blocks, and a bounded queue before them. No operation may hold all of them (`BlockingScheduler`).
///
/// A handler that only looks something up takes microseconds, and to wake a thread takes as long. So a thread that has done
/// its job takes the next one before it sleeps, at most one thread is waking up at a time, and it is the one that slept last.
final class BlockingPool: Sendable {
    /// One piece of work. Cancelled before its turn, it does not begin; later, its cancellation handler is called.
    final class Job: Sendable {
        private let cancelled = Atomic(false)
        private let handler = Mutex<(@Sendable () -> Void)?>(nil)
        private let work: @Sendable () -> Void
        let operation: BlockingOperation
        /// When nobody waits for it any more: CLOCK_MONOTONIC, nanoseconds; nil for a job that may take any time.
        let deadline: UInt64?

        init(
            _ operation: BlockingOperation, deadline: UInt64? = nil, _ work: @escaping @Sendable () -> Void
        ) {
            self.operation = operation
            self.deadline = deadline
            self.work = work
        }

        func cancel() {
            cancelled.store(true, ordering: .relaxed)
            handler.withLock { $0 }?()
        }

        /// - Parameter handler: called when the job is cancelled, at once when it has been; nil removes the last one.
        func onCancel(_ handler: (@Sendable () -> Void)?) {
            self.handler.withLock { $0 = handler }
            if isCancelled { handler?() }
        }

        var isCancelled: Bool { cancelled.load(ordering: .relaxed) }

        fileprivate func run() {
            if isCancelled { return }
            pthread_setspecific(Self.key, Unmanaged.passUnretained(self).toOpaque())
            work()
            pthread_setspecific(Self.key, nil)
        }

        /// The job that runs on this thread.
        fileprivate static var current: Job? {
            pthread_getspecific(key).map { Unmanaged<Job>.fromOpaque($0).takeUnretainedValue() }
        }

        private static let key: pthread_key_t = {
            var key = pthread_key_t()
            let failure = pthread_key_create(&key, nil)
            if failure != 0 {
                HostResources.exit(because: SystemError("pthread_key_create", errno: Errno(rawValue: failure)))
            }
            return key
        }()
    }

    private struct State {
        var scheduler: BlockingScheduler
        /// Threads that sleep. The last one has slept for the shortest time, and has most of what it needs in the caches.
        var sleeping: [Int] = []
        /// Whether a thread has been woken and has not come for its job yet.
        var isOneWaking = false
        /// Threads with a job.
        var busy = 0

        init(threads: Int) {
            scheduler = BlockingScheduler(threads: threads)
        }

        /// The thread to wake: while jobs may begin and none is waking up. A thread that comes wakes the next.
        mutating func nextToWake() -> Int? {
            guard scheduler.mayBegin, !isOneWaking, let thread = sleeping.popLast() else { return nil }
            isOneWaking = true
            return thread
        }
    }

    /// Where a thread sleeps until it is woken; a wake that comes first makes the next sleep end at once (sem_post(3)).
    private struct Semaphore: @unchecked Sendable {
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

    private let capacity: Int
    private let slot: Scoreboard.Slot
    private let state: Mutex<State>
    /// One per thread.
    private let semaphores: [Semaphore]
    /// Whether jobs may begin for which no thread has been woken.
    private let needsWake = Atomic(false)

    /// - Parameters:
    ///   - capacity: how many jobs may wait.
    ///   - slot: tells the master since when the threads are past their requests' deadlines.
    init(threads: Int, capacity: Int, slot: Scoreboard.Slot) {
        self.capacity = capacity
        self.slot = slot
        state = Mutex(State(threads: threads))
        semaphores = (0..<threads).map { _ in Semaphore() }
        for thread in 0..<threads {
            _ = SystemThread.start("blocking") { [self] in run(thread) }
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
        let (isAccepted, isCalled) = state.withLock { state in
            if state.scheduler.waiting >= capacity { state.scheduler.dropCancelled() }
            guard state.scheduler.waiting < capacity else { return (false, false) }
            let isCalled = state.scheduler.append(job, at: now)
            report(state)
            return (true, isCalled)
        }
        if isCalled { needsWake.store(true, ordering: .relaxed) }
        return isAccepted ? job : nil
    }

    /// Wakes a thread for the jobs that were taken since the last time: once for all jobs of a pass, because a thread that
    /// wakes up may take the processor from the loop.
    func wake() {
        guard needsWake.load(ordering: .relaxed), needsWake.exchange(false, ordering: .relaxed) else { return }
        if let thread = state.withLock({ $0.nextToWake() }) { semaphores[thread].wake() }
    }

    /// Tells the master.
    private func report(_ state: borrowing State) {
        slot.poolIsOverdue(since: state.scheduler.overdue)
        slot.pool = .init(threads: semaphores.count, busy: state.busy, queued: state.scheduler.waiting)
    }

    /// Operations that stall, or make progress again, since the last call.
    func stallEvents(at now: UInt64, timeout: UInt64) -> [BlockingScheduler.StallEvent] {
        state.withLock { $0.scheduler.stallEvents(at: now, timeout: timeout) }
    }

    /// A thread: job after job, and sleep where there is none.
    private func run(_ thread: Int) -> Never {
        var done: Job?
        var hasSlept = false
        while true {
            let now = MonotonicClock.nanoseconds
            let (job, next) = state.withLock { state in
                if hasSlept { state.isOneWaking = false }
                if let done {
                    state.scheduler.finish(done, at: now)
                    state.busy -= 1
                }
                let job = state.scheduler.take(at: now)
                if job == nil { state.sleeping.append(thread) } else { state.busy += 1 }
                report(state)
                // Where this thread found nothing, no other would.
                return (job, job == nil ? nil : state.nextToWake())
            }
            if let next { semaphores[next].wake() }
            done = job
            hasSlept = job == nil
            if let job { job.run() } else { semaphores[thread].sleep() }
        }
    }
}

/// Runs blocking work, in a handler that runs on the blocking threads, so that it can be cut short when nobody waits for its
/// response any more: the client has gone, or the request is past its deadline.
///
/// It is what `withTaskCancellationHandler` is for handlers that await. Anywhere else it only runs the operation.
/// - Parameter onCancel: makes the operation return. It is called at most twice and on any thread: on the server's loop, which
///   it must not block, or at once, when the client has gone before the operation begins.
public func withBlockingCancellationHandler<Result, Failure: Error>(
    _ operation: () throws(Failure) -> Result, onCancel: @escaping @Sendable () -> Void
) throws(Failure) -> Result {
    let job = BlockingPool.Job.current
    job?.onCancel(onCancel)
    defer { job?.onCancel(nil) }
    return try operation()
}
