internal import CLinux
internal import Contract
import Glibc
import Synchronization

/// Threads for work that blocks, and a bounded queue before them.
final class BlockingPool: Sendable {
    /// One piece of work. Given up before its turn, it is not begun; later, it is told, if it wants to know.
    final class Job: Sendable {
        /// The one that this thread is at.
        @TaskLocal static var current: Job?

        private let isGivenUp = Atomic(false)
        private let handler = Mutex<(@Sendable () -> Void)?>(nil)
        private let work: @Sendable () -> Void
        /// CLOCK_MONOTONIC, nanoseconds.
        fileprivate let queued = MonotonicClock.nanoseconds

        init(_ work: @escaping @Sendable () -> Void) {
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

        fileprivate var isWanted: Bool { !isGivenUp.load(ordering: .relaxed) }

        fileprivate func run() {
            if isWanted { Self.$current.withValue(self, operation: work) }
        }
    }

    private struct Queue {
        var jobs: [Job] = []
        var next = 0

        /// When the job was queued that waits longest; 0 when none waits.
        var oldest: UInt64 { next < jobs.count ? jobs[next].queued : 0 }
    }

    private let capacity: Int
    private let slot: Scoreboard.Slot
    private let queue = Mutex(Queue())
    /// Counts what was queued, as a semaphore (eventfd(2)): a thread that reads it looks for a job.
    private let count: Int32

    /// - Parameters:
    ///   - capacity: how many jobs may wait.
    ///   - slot: tells the master how long the oldest one has.
    init(threads: Int, capacity: Int, slot: Scoreboard.Slot) {
        self.capacity = capacity
        self.slot = slot
        count = eventfd(0, Int32(EFD_SEMAPHORE) | Int32(EFD_CLOEXEC))
        precondition(count >= 0, "\(SystemError("eventfd"))")
        for _ in 0..<threads {
            _ = Thread.start("blocking") { [self] in
                while true {
                    guard let job = takeJob() else { continue }
                    job.run()
                    slot.jobFinished(at: MonotonicClock.nanoseconds)
                }
            }
        }
    }

    /// - Returns: the job; nil when the queue is full.
    func submit(_ work: @escaping @Sendable () -> Void) -> Job? {
        let job = Job(work)
        let isAccepted = queue.withLock { queue in
            if queue.jobs.count - queue.next >= capacity {
                // Those whose clients have gone must not keep others out.
                queue.jobs = queue.jobs[queue.next...].filter(\.isWanted)
                queue.next = 0
            }
            guard queue.jobs.count - queue.next < capacity else { return false }
            queue.jobs.append(job)
            slot.jobsWait(since: queue.oldest)
            return true
        }
        guard isAccepted else { return nil }
        eventfd_write(count, 1)
        return job
    }

    /// - Returns: nil when the job that was counted has been dropped.
    private func takeJob() -> Job? {
        var one: UInt64 = 0
        while eventfd_read(count, &one) != 0 {}
        return queue.withLock { queue in
            guard queue.next < queue.jobs.count else { return nil }
            let job = queue.jobs[queue.next]
            queue.next += 1
            // Half of the array is spent: moving the rest costs no more than what was appended.
            if queue.next * 2 >= queue.jobs.count {
                queue.jobs.removeFirst(queue.next)
                queue.next = 0
            }
            slot.jobsWait(since: queue.oldest)
            return job
        }
    }
}
