internal import CLinux
internal import Contract
internal import Linux
import Glibc
import Logging
import Messages

/// Ends a worker: by a drain, which answers every request, or by a stop, which takes half a second at most.
@LoopActor final class ShutdownCoordinator: EventSource {
    /// Nanoseconds for the last rejections to reach their clients. No worker outlives its master by a second.
    private static let maxStopTime: UInt64 = 500_000_000

    private let master: MasterConnection?
    private let listeners: [AcceptSocket]
    private let errorLog: String?
    private let accessLog: AccessLogWriter?
    private let log: Logger
    /// nil while the application is being made.
    private var server: Server?
    /// The scope around serving. The process exits when it ends.
    private var scope: Task<Void, Never>?
    private var isWithdrawn = false
    private var isDraining = false
    private var isStopping = false
    /// Whether the last response of the server is sent, or never will be.
    private var isServed = false
    private var waiting: CheckedContinuation<Void, Never>?

    /// - Parameters:
    ///   - listeners: those of this worker; it removes the files of the unix sockets that it bound itself.
    ///   - errorLog: the file that stderr is; nil when the settings name none.
    init(
        master: MasterConnection?, listeners: [AcceptSocket], errorLog: String?, accessLog: AccessLogWriter?,
        log: Logger
    ) {
        self.master = master
        self.listeners = listeners
        self.errorLog = errorLog
        self.accessLog = accessLog
        self.log = log
    }

    // MARK: Around serving

    /// Whether nothing new begins.
    var isEnding: Bool { isDraining || isStopping }

    /// - Parameter scope: is cancelled when nobody waits for its end any more.
    func open(_ scope: Task<Void, Never>) {
        self.scope = scope
        if isEnding { scope.cancel() }
    }

    /// From now on there are connections to finish.
    func open(_ server: Server) {
        self.server = server
        if isWithdrawn { server.withdraw() }
    }

    /// Accepts connections from now on.
    func start(_ listeners: [AcceptSocket]) {
        server?.start(listeners)
    }

    /// Returns when the last response of the server is sent, or never will be.
    func waitUntilServed() async {
        // Checked in the body: the loop may run other work before it, which sends the last response.
        await withCheckedContinuation { continuation in
            if isServed { continuation.resume() } else { waiting = continuation }
        }
    }

    private func endServing() {
        isServed = true
        waiting.take()?.resume()
    }

    /// The scope has ended.
    func exit() -> Never {
        if !isStopping {
            master?.send(.drained)
            log.info("drained")
        }
        exitNow()
    }

    private func exitNow() -> Never {
        accessLog?.flush()
        WorkerProgram.exitNow(.ok)
    }

    // MARK: Orders

    /// The whole server is about to stop: serves on, but the application says that it is not ready.
    func withdraw() {
        if isWithdrawn || isEnding { return }
        isWithdrawn = true
        log.info("shutting down soon: reporting not ready, still serving")
        server?.withdraw()
    }

    /// Opens the log files again: they have been renamed.
    func reopenLogs() {
        accessLog?.reopen()
        guard let errorLog else { return }
        do throws(SystemError) {
            try LogOutput.reopen(errorLog)
        } catch {
            log.error(
                "cannot reopen the error log; still writing to the old file",
                metadata: ["path": "\(errorLog)", "error": "\(error)"])
        }
    }

    /// The whole server is about to stop: a drain or a stop from now on also takes what waits in the listeners' queues.
    func closeListeners() {
        server?.closeListeners()
    }

    /// Finishes every connection, then lets the scope end. The master decides how long that may take.
    func drain() {
        if isEnding { return }
        isDraining = true
        removeSocketFiles()
        log.info("draining: waiting for in-flight requests")
        guard let server else {
            // The application that is being made will not serve.
            master?.send(.draining)
            scope?.cancel()
            return
        }
        Task.immediate(executorPreference: LoopExecutor.shared) {
            await server.drain { self.master?.send(.draining) }
            endServing()
        }
    }

    /// Cancels what is in flight, and the scope, and exits within half a second.
    func stop() {
        if isStopping { return }
        isStopping = true
        removeSocketFiles()
        log.info("stopping: cancelling in-flight requests")
        let loop = EventLoop.shared
        loop.schedule(loop.add(self), at: MonotonicClock.nanoseconds + Self.maxStopTime)
        scope?.cancel()
        guard let server else { return }
        server.stop()
        Task.immediate(executorPreference: LoopExecutor.shared) {
            await server.finished()
            endServing()
        }
    }

    /// From now on nothing accepts: a client finds no socket rather than one that refuses it.
    private func removeSocketFiles() {
        for listener in listeners { listener.removeFile() }
    }

    func masterExited() {
        if !isStopping { log.error("the master is gone; stopping") }
        stop()
    }

    func ready(_ events: UInt32) {}

    func deadlineReached() {
        exitNow()
    }
}

/// Reads the signals of a worker, and obeys them.
@LoopActor final class SignalReader: EventSource {
    private let descriptor: Int32
    private let stopsOnInterrupt: Bool
    private let coordinator: ShutdownCoordinator

    /// Blocks the signals of a worker in this thread and in those that it starts. Not SIGUSR2: a handler must get that while
    /// the loop is blocked (`brigade_stacks_on_request`).
    /// - Returns: the descriptor to read them from.
    nonisolated static func blockSignals() -> Int32 {
        let numbers = [SIGTERM, SIGQUIT, SIGINT, SIGHUP, SIGUSR1, SIGTTIN, SIGTTOU, SIGWINCH]
        return HostResources.descriptor("signalfd") { brigade_signalfd(numbers, Int32(numbers.count)) }
    }

    /// - Parameters:
    ///   - descriptor: of `blockSignals`.
    ///   - stopsOnInterrupt: whether the worker obeys Ctrl-C; with a master it leaves that to the master.
    init(_ descriptor: Int32, stopsOnInterrupt: Bool, _ coordinator: ShutdownCoordinator) {
        self.descriptor = descriptor
        self.stopsOnInterrupt = stopsOnInterrupt
        self.coordinator = coordinator
    }

    func open() throws(SystemError) {
        let token = EventLoop.shared.add(self)
        try EventLoop.shared.watch(descriptor, for: EPOLLIN.rawValue, token)
    }

    func ready(_ events: UInt32) {
        var signal = signalfd_siginfo()
        let size = MemoryLayout<signalfd_siginfo>.size
        while read(descriptor, &signal, size) == size {
            switch Int32(signal.ssi_signo) {
            case SIGTERM: coordinator.drain()
            case SIGQUIT: coordinator.stop()
            case SIGUSR1: coordinator.reopenLogs()
            case SIGINT where stopsOnInterrupt: coordinator.stop()
            default: break
            }
        }
    }

    func deadlineReached() {}
}
