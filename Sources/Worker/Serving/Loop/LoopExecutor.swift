internal import CLinux
internal import Contract
import Glibc
import Synchronization

/// Where the loop's jobs wait: the executor of `LoopActor`, and of every task that prefers the loop.
///
/// A job that the loop's own thread adds costs no lock; one from another thread goes through a locked queue, and an
/// eventfd wakes the loop.
final class LoopExecutor: SerialExecutor, TaskExecutor {
    static let shared = LoopExecutor()

    /// What another thread asks of the loop.
    enum Message: Sendable {
        case job(UnownedJob)
        case call(@Sendable @LoopActor () -> Void)
    }

    /// Readable while messages wait.
    let wakeDescriptor: Int32

    private let messages = Mutex<[Message]>([])
    private let thread = Atomic<pthread_t>(0)
    // Only the loop's thread touches it: `enqueue` looks at the thread first, and `takeJobs` is the loop's.
    private nonisolated(unsafe) var jobs: [UnownedJob] = []

    private init() {
        wakeDescriptor = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
        precondition(wakeDescriptor >= 0, "eventfd: \(SystemError("eventfd"))")
    }

    /// From now on the calling thread is the loop's.
    func adoptThread() {
        let (isFirst, _) = thread.compareExchange(
            expected: 0, desired: pthread_self(), ordering: .sequentiallyConsistent)
        precondition(isFirst, "a process has one loop")
    }

    /// Whether the loop has its thread, and jobs are run.
    var hasThread: Bool { thread.load(ordering: .acquiring) != 0 }

    var isOnThread: Bool { thread.load(ordering: .relaxed) == pthread_self() }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if isOnThread { jobs.append(job) } else { send(.job(job)) }
    }

    /// Runs a function on the loop, soon; from any thread.
    func call(_ body: @escaping @Sendable @LoopActor () -> Void) {
        send(.call(body))
    }

    func isIsolatingCurrentContext() -> Bool? { isOnThread }

    func checkIsolated() {
        precondition(isOnThread, "not on the loop's thread")
    }

    private func send(_ message: Message) {
        let isFirst = messages.withLock { messages in
            messages.append(message)
            return messages.count == 1
        }
        if isFirst { eventfd_write(wakeDescriptor, 1) }
    }

    /// What other threads have asked since the last time.
    @LoopActor func takeMessages() -> [Message] {
        var count: UInt64 = 0
        eventfd_read(wakeDescriptor, &count)
        return messages.withLock { messages in
            let taken = messages
            messages.removeAll(keepingCapacity: taken.isEmpty)
            return taken
        }
    }

    @LoopActor var hasJobs: Bool { !jobs.isEmpty }

    /// Runs the jobs that are there now; those that they add wait for the next pass.
    @LoopActor func runJobs() {
        if jobs.isEmpty { return }
        let taken = jobs
        jobs = []
        for job in taken { run(job) }
    }

    @LoopActor func run(_ job: UnownedJob) {
        job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
    }
}
