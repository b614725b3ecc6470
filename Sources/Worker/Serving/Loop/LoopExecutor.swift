internal import CLinux
internal import Contract
import Glibc
import Synchronization

/// The executor of `LoopActor`, and of every task that prefers the loop.
///
/// A job from the loop's own thread costs no lock. One from another thread goes through a locked queue, and an eventfd wakes
/// the loop if it sleeps. The loop looks into the queue before it sleeps, so that many messages cost one wake-up.
final class LoopExecutor: SerialExecutor, TaskExecutor {
    static let shared = LoopExecutor()

    /// What another thread sends to the loop.
    enum Message: Sendable {
        case job(UnownedJob)
        case call(@Sendable @LoopActor () -> Void)
    }

    /// Written when there are messages and the loop sleeps. It is edge-triggered, so nothing reads it.
    let wakeDescriptor: Int32

    private let messages = Mutex<[Message]>([])
    /// Whether there are messages, or are about to be.
    private let isAsked = Atomic(false)
    private let isAsleep = Atomic(false)
    private let thread = Atomic<pthread_t>(0)
    // Only the loop's thread uses it: `enqueue` checks the thread first, and `runJobs` is the loop's. It is read in every pass,
    // and not checked at run time: nothing is called meanwhile that comes back here.
    @exclusivity(unchecked) private nonisolated(unsafe) var jobs: [UnownedJob] = []

    private init() {
        wakeDescriptor = HostResources.descriptor("eventfd") { eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC)) }
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
        guard isFirst else { return }
        // Either this thread sees that the loop sleeps, or the loop sees the message: each writes its own word before it
        // reads the other's.
        isAsked.store(true, ordering: .sequentiallyConsistent)
        if isAsleep.exchange(false, ordering: .sequentiallyConsistent) { eventfd_write(wakeDescriptor, 1) }
    }

    /// The loop is about to sleep.
    /// - Returns: false when it must not, because there are messages.
    @LoopActor func fallAsleep() -> Bool {
        isAsleep.store(true, ordering: .sequentiallyConsistent)
        return !isAsked.load(ordering: .sequentiallyConsistent)
    }

    /// The loop is awake, and looks into the queue by itself.
    @LoopActor func awake() {
        isAsleep.store(false, ordering: .relaxed)
    }

    @LoopActor var hasMessages: Bool { isAsked.load(ordering: .acquiring) }

    /// The messages since the last time.
    @LoopActor func takeMessages(into taken: inout [Message]) {
        // Before they are taken: a thread that adds the first message meanwhile sets it again.
        isAsked.store(false, ordering: .sequentiallyConsistent)
        messages.withLock { swap(&$0, &taken) }
    }

    @LoopActor var hasJobs: Bool { !jobs.isEmpty }

    /// Runs the jobs that are there now; jobs that these add wait for the next pass.
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

/// What lives on the loop's thread: connections, timers, and the tasks that answer requests.
///
/// Traps: `Task {}` in a nonisolated function and `Task.detached` leave the loop. A call of `@MainActor` code never returns,
/// because the main thread is the loop's. `EventLoop.run` must be called outside of any task, which would be the current task
/// for ever.
@globalActor package actor LoopActor {
    package static let shared = LoopActor()

    package nonisolated var unownedExecutor: UnownedSerialExecutor { LoopExecutor.shared.asUnownedSerialExecutor() }

    /// Makes the calling thread the loop's for ever, and runs the function there first.
    nonisolated static func occupyThread(_ start: @escaping @LoopActor () -> Void) -> Never {
        LoopExecutor.shared.adoptThread()
        let isolated: @LoopActor () -> Never = {
            start()
            EventLoop.shared.run()
        }
        // The two function types differ in isolation alone, and `adoptThread` has made this thread the actor's. It is what
        // MainActor.assumeIsolated does, which other global actors do not have.
        unsafeBitCast(isolated, to: (() -> Never).self)()
    }

    /// Runs a function on the loop: now if this is the loop's thread, otherwise soon.
    package nonisolated static func run(_ body: @escaping @Sendable @LoopActor () -> Void) {
        guard LoopExecutor.shared.isOnThread else { return LoopExecutor.shared.call(body) }
        // As in `occupyThread`.
        unsafeBitCast(body, to: (@Sendable () -> Void).self)()
    }

    /// Runs a function that may block on a thread of its own, which ends with it.
    /// - Parameter name: at most 15 bytes, as ps and top show it.
    package nonisolated static func detachThread(_ name: String, _ body: @escaping @Sendable () -> Void) {
        SystemThread.start(name, body).detach()
    }
}
