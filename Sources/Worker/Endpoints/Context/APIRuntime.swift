import Dispatch
import Logging
import Messages
import Synchronization

/// What all requests of an API share while it is served.
final class APIRuntime: Sendable {
    let logger: Logger
    let provided: [ObjectIdentifier: any Sendable]
    let overrides: DependencyOverrides
    let errors: ErrorHandlers
    /// nil without a tracer.
    let tracing: RequestTracing?

    private struct State {
        var host: any ApplicationHost = DetachedHost()
        var isDraining = false
        /// Who waits for the drain, by a number of their own.
        var drainWaiters: [Int: CheckedContinuation<Void, Never>] = [:]
        var lastWaiter = 0
        /// How many tasks run that a drain waits for.
        var tasks = 0
        var idleWaiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    init(
        logger: Logger, provided: [ObjectIdentifier: any Sendable], overrides: DependencyOverrides,
        errors: ErrorHandlers, tracing: RequestTracing?
    ) {
        self.tracing = tracing
        self.logger = logger
        self.provided = provided
        self.overrides = overrides
        self.errors = errors
    }

    var host: any ApplicationHost { state.withLock { $0.host } }

    func start(on host: any ApplicationHost) {
        state.withLock { $0.host = host }
    }

    // MARK: Draining

    var isDraining: Bool { state.withLock { $0.isDraining } }

    func drain() {
        let waiters = state.withLock { state in
            state.isDraining = true
            let waiters = state.drainWaiters.values
            state.drainWaiters = [:]
            return Array(waiters)
        }
        for waiter in waiters { waiter.resume() }
    }

    func untilDraining() async {
        let number = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.isDraining || Task.isCancelled { return true }
                    state.drainWaiters[number] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.drainWaiters.removeValue(forKey: number) }?.resume()
        }
    }

    // MARK: Tasks beside the requests

    /// Runs the jobs of `Context.afterResponse`, one after another, in a task of their own.
    func run(_ jobs: [RequestState.Job], logger: Logger) {
        startTask {
            for job in jobs {
                do {
                    try await job()
                } catch {
                    logger.error("work after a response failed", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    /// Starts a task that a drain waits for.
    @discardableResult
    func startTask(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        state.withLock { $0.tasks += 1 }
        return host.startTask { [self] in
            await body()
            let idle = state.withLock { state in
                state.tasks -= 1
                guard state.tasks == 0 else { return [CheckedContinuation<Void, Never>]() }
                let idle = state.idleWaiters
                state.idleWaiters = []
                return idle
            }
            for waiter in idle { waiter.resume() }
        }
    }

    /// Returns when no task of `startTask` runs: all jobs after responses and all dependency scopes have ended.
    func finishTasks() async {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                if state.tasks > 0 { state.idleWaiters.append(continuation) }
                return state.tasks == 0
            }
            if isIdle { continuation.resume() }
        }
    }
}

/// The host of an application that no server serves: a test calls it directly.
private struct DetachedHost: ApplicationHost {
    private static let threads = DispatchQueue(label: "blocking", attributes: .concurrent)

    func runBlocking(
        _ operation: BlockingOperation, deadline: UInt64?, _ work: @escaping @Sendable () -> Void
    ) -> Bool {
        DetachedHost.threads.async(execute: work)
        return true
    }

    func afterPass(_ body: @escaping @Sendable () -> Void) {
        body()
    }

    func startTask(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        Task { await body() }
    }
}
