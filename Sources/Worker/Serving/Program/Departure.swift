internal import Contract
internal import Linux
import Glibc
import Logging
import Messages

/// How a worker leaves: by and by, or now.
@LoopActor final class Departure: EventSource {
    /// What a stop may take, for the last refusals to reach their clients. No worker outlives its master by a second.
    private static let longestStop: UInt64 = 500_000_000

    private let master: Master?
    private let listeners: [Listener]
    private let errorLog: String?
    private let accessLog: RequestLog?
    private let log: Logger
    /// Nil while the application is being made.
    private var server: Server?
    /// The scope around serving, which ends the process.
    private var scope: Task<Void, Never>?
    private var isWithdrawn = false
    private var isDraining = false
    private var isStopping = false
    private var isServed = false
    private var waiting: CheckedContinuation<Void, Never>?

    /// - Parameters:
    ///   - listeners: those of this worker; it removes the files of the unix sockets that it opened itself.
    ///   - errorLog: the file that stderr is; nil when it is none of the settings'.
    init(master: Master?, listeners: [Listener], errorLog: String?, accessLog: RequestLog?, log: Logger) {
        self.master = master
        self.listeners = listeners
        self.errorLog = errorLog
        self.accessLog = accessLog
        self.log = log
    }

    // MARK: Around serving

    /// Whether nothing new is begun.
    var isLeaving: Bool { isDraining || isStopping }

    /// - Parameter scope: is cancelled when nobody waits for its end any more.
    func open(_ scope: Task<Void, Never>) {
        self.scope = scope
        if isLeaving { scope.cancel() }
    }

    /// From now on there is something to finish.
    func open(_ server: Server) {
        self.server = server
        if isWithdrawn { server.withdraw() }
    }

    /// Returns when the last answer of the server is sent, or given up.
    func served() async {
        if isServed { return }
        await withCheckedContinuation { waiting = $0 }
    }

    /// Connections are accepted, from now on.
    func start(_ listeners: [Listener]) {
        server?.start(listeners)
    }

    private func endServing() {
        isServed = true
        waiting.take()?.resume()
    }

    /// The scope has come to its end.
    func end() -> Never {
        if !isStopping {
            master?.send(.drained)
            log.info("drained")
        }
        leave()
    }

    private func leave() -> Never {
        accessLog?.flush()
        WorkerProgram.leave(.ok)
    }

    // MARK: What is asked

    /// The server is about to stop: serves on, but is no longer ready by its own account.
    func withdraw() {
        if isWithdrawn || isLeaving { return }
        isWithdrawn = true
        log.info("withdrawing")
        server?.withdraw()
    }

    /// Log files are opened anew, because somebody has renamed them.
    func reopenLogs() {
        accessLog?.reopen()
        guard let errorLog else { return }
        do throws(SystemError) {
            try LogOutput.reopen(errorLog)
        } catch {
            log.error(
                "the error log cannot be opened anew; the old file is written on",
                metadata: ["path": "\(errorLog)", "error": "\(error)"])
        }
    }

    /// The whole server is about to stop: a drain or a stop from now on takes what waits in the listeners' queues too.
    func closeListeners() {
        server?.closeListeners()
    }

    /// Finishes every connection, then lets the scope end. How long that may take is the master's business.
    func drain() {
        if isLeaving { return }
        isDraining = true
        removeNames()
        log.info("draining")
        guard let server else {
            // What is being made is of no use any more.
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
        removeNames()
        log.info("stopping")
        let loop = EventLoop.shared
        loop.schedule(loop.add(self), at: MonotonicClock.nanoseconds + Self.longestStop)
        scope?.cancel()
        guard let server else { return }
        server.stop()
        Task.immediate(executorPreference: LoopExecutor.shared) {
            await server.finished()
            endServing()
        }
    }

    /// From now on nobody accepts: who comes finds no door, and not a closed one.
    private func removeNames() {
        for listener in listeners { listener.removeFile() }
    }

    func masterIsGone() {
        if !isStopping { log.error("the master is gone") }
        stop()
    }

    func ready(_ events: UInt32) {}

    func timeCame() {
        leave()
    }
}
