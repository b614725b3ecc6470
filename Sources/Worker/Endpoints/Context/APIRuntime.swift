import Logging
import Messages
import Synchronization

/// What all requests of an API have in common while it is served.
final class APIRuntime: Sendable {
    let log: Logger
    let provided: [ObjectIdentifier: any Sendable]
    let replacements: Replacements
    let errors: ErrorResponder

    private struct Contents {
        var host: any Host = DetachedHost()
        var isDraining = false
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        var lastWaiter = 0
        /// Tasks that a drain waits for.
        var tasks = 0
        var idle: [CheckedContinuation<Void, Never>] = []
    }

    private let contents = Mutex(Contents())

    init(
        log: Logger, provided: [ObjectIdentifier: any Sendable], replacements: Replacements, errors: ErrorResponder
    ) {
        self.log = log
        self.provided = provided
        self.replacements = replacements
        self.errors = errors
    }

    var host: any Host { contents.withLock { $0.host } }

    func open(_ host: any Host) {
        contents.withLock { $0.host = host }
    }

    // MARK: Draining

    var isDraining: Bool { contents.withLock { $0.isDraining } }

    func drain() {
        let waiters = contents.withLock { contents in
            contents.isDraining = true
            let waiters = contents.waiters.values
            contents.waiters = [:]
            return Array(waiters)
        }
        for waiter in waiters { waiter.resume() }
    }

    func untilDraining() async {
        let number = contents.withLock { contents in
            contents.lastWaiter += 1
            return contents.lastWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = contents.withLock { contents in
                    if contents.isDraining || Task.isCancelled { return true }
                    contents.waiters[number] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            contents.withLock { $0.waiters.removeValue(forKey: number) }?.resume()
        }
    }

    // MARK: Tasks beside the requests'

    /// Does the jobs, one after another, in a task of their own.
    func run(_ jobs: [RequestState.Job], log: Logger) {
        startTask {
            for job in jobs {
                do {
                    try await job()
                } catch {
                    log.error("work after an answer failed", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    /// Starts a task that a drain waits for.
    @discardableResult
    func startTask(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        contents.withLock { $0.tasks += 1 }
        return host.startTask { [self] in
            await body()
            let idle = contents.withLock { contents in
                contents.tasks -= 1
                guard contents.tasks == 0 else { return [CheckedContinuation<Void, Never>]() }
                let idle = contents.idle
                contents.idle = []
                return idle
            }
            for waiter in idle { waiter.resume() }
        }
    }

    /// Returns when all work after answers is done, and all that stands around dependencies has ended.
    func finishTasks() async {
        await withCheckedContinuation { continuation in
            let isIdle = contents.withLock { contents in
                if contents.tasks > 0 { contents.idle.append(continuation) }
                return contents.tasks == 0
            }
            if isIdle { continuation.resume() }
        }
    }
}
