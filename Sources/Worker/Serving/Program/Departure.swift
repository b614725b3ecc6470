internal import Contract
import Glibc
import Logging
import Messages

/// How a worker leaves: by and by, or now.
@LoopActor final class Departure: EventSource {
    /// What a stop may take, for the last refusals to reach their clients. No worker outlives its master by a second.
    private static let longestStop: UInt64 = 500_000_000

    private let server: Server
    private let master: Master?
    private let log: Logger
    private var isDraining = false
    private var isStopping = false
    private var isClosing = false

    init(server: Server, master: Master?, log: Logger) {
        self.server = server
        self.master = master
        self.log = log
    }

    /// The server is about to stop: serves on, but is no longer ready by its own account.
    func withdraw() {
        if server.isLeaving { return }
        log.info("withdrawing")
        server.withdraw()
    }

    /// Log files are opened anew, because somebody has renamed them.
    func reopenLogs() {
        server.accessLog?.reopen()
    }

    /// Finishes every connection, then exits. How long that may take is the master's business.
    func drain() {
        if isDraining || isStopping { return }
        isDraining = true
        log.info("draining")
        Task.immediate(executorPreference: LoopExecutor.shared) {
            await server.drain { self.master?.send(.draining) }
            await close()
        }
    }

    /// Cancels what is in flight and exits, within half a second.
    func stop() {
        if isStopping { return }
        isStopping = true
        log.info("stopping")
        let loop = EventLoop.shared
        loop.schedule(loop.add(self), at: MonotonicClock.nanoseconds + Self.longestStop)
        server.stop()
        Task.immediate(executorPreference: LoopExecutor.shared) {
            await server.finished()
            await close()
        }
    }

    /// Every connection is finished. A stop may come while a drain waits for the same.
    private func close() async {
        if isClosing { return }
        isClosing = true
        await server.application.stop()
        if !isStopping {
            master?.send(.drained)
            log.info("drained")
        }
        leave()
    }

    private func leave() -> Never {
        server.accessLog?.flush()
        exit(ExitCode.ok.rawValue)
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
