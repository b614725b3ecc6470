internal import CLinux
internal import Contract
internal import Linux
import Glibc
import Logging
import Messages

/// Why a worker cannot start.
struct BootError: Error, CustomStringConvertible {
    let code: ExitCode
    let description: String
}

/// The environment of this process, and what the master put there.
struct InheritedEnvironment {
    let variables = Environment.variables

    private func number(_ name: String) -> Int32? { variables[name].flatMap { Int32($0) } }

    /// Listening sockets that are meant for this process (sd_listen_fds(3)).
    var listeners: Range<Int32> {
        let first = WorkerEnvironment.firstDescriptor
        guard number(WorkerEnvironment.listenPID) == getpid(), let count = number(WorkerEnvironment.listenCount),
            count > 0, count < 1024
        else { return first..<first }
        return first..<first + count
    }

    var control: Int32? { number(WorkerEnvironment.controlDescriptor) }
    var scoreboard: Int32? { number(WorkerEnvironment.scoreboardDescriptor) }
    var slot: Int? { number(WorkerEnvironment.slot).map { Int($0) } }
    private var generation: Int { number(WorkerEnvironment.generation).map { Int($0) } ?? 1 }

    /// Whether the process is a worker of a master.
    private var hasMaster: Bool { control != nil }

    /// Whether a master started the process: a worker, or its prestart, which has no control channel.
    var isMastersChild: Bool { variables[WorkerEnvironment.generation] != nil }

    /// The process as log lines name it.
    var process: LogProcess {
        guard hasMaster, let slot else { return LogProcess(.standaloneWorker) }
        return LogProcess(.worker(slot: slot, generation: generation))
    }
}

/// A worker process: what it inherits, and the server it runs.
struct WorkerRuntime {
    private let settings: Settings
    private let listeners: [AcceptSocket]
    private let master: MasterConnection?
    private let scoreboard: Scoreboard
    private let slot: Scoreboard.Slot
    /// Of the server's metrics, and of the application's.
    let registry: MetricsRegistry
    private let signals: Int32
    private let accessLog: AccessLogWriter?
    private let log: Logger

    /// Takes over what the master hands over; without a master it makes the same for itself.
    /// - Parameter signals: of `SignalReader.blockSignals`.
    init(
        _ environment: InheritedEnvironment, _ settings: Settings, signals: Int32, _ log: Logger
    ) throws(BootError) {
        self.settings = settings
        self.signals = signals
        self.log = log
        accessLog = try Self.openAccessLog(settings, environment.process, log)
        do throws(SystemError) {
            if let descriptor = environment.scoreboard {
                scoreboard = try Scoreboard.inherited(descriptor: descriptor)
            } else {
                scoreboard = try Scoreboard.make(entries: settings.maxConnections)
                scoreboard.open(0, generation: 1)
            }
            if let descriptor = environment.control {
                // Processes that the worker starts must not hold the channel open.
                for inherited in [descriptor, scoreboard.descriptor] {
                    _ = try check("fcntl") { fcntl(inherited, F_SETFD, FD_CLOEXEC) }
                }
                master = MasterConnection(ControlChannel(owning: OwnedDescriptor(owning: descriptor)), log)
            } else {
                master = nil
            }
        } catch {
            throw BootError(
                code: .boot, description: "cannot use what the master hands over: \(error.descriptionWithAdvice)")
        }
        let index = environment.slot ?? 0
        guard (0..<Scoreboard.capacity).contains(index) else {
            throw BootError(code: .boot, description: "the scoreboard has no slot \(index)")
        }
        slot = scoreboard.slot(index)
        slot.pid = getpid()
        registry = MetricsRegistry(slot.metrics, log: log)
        listeners = try Self.openListeners(environment, settings)
        // They are for this process alone, not for processes that it starts.
        for name in WorkerEnvironment.names { unsetenv(name) }
        slot.tick = MonotonicClock.nanoseconds
        master?.send(.booted)
    }

    private static func openAccessLog(
        _ settings: Settings, _ process: LogProcess, _ log: Logger
    ) throws(BootError) -> AccessLogWriter? {
        let format = settings.accessLogFormat ?? (settings.logFormat == .json ? .json : .combined)
        let reason: String
        switch settings.accessLog {
        case .off: return nil
        case .descriptor(let descriptor):
            do {
                try descriptor.validate()
                return AccessLogWriter(descriptor, format, process, log: log)
            } catch {
                reason = "\(error); choose another with --access-log"
            }
        case .file(let path):
            do {
                return try AccessLogWriter(path: path, format, process, log: log)
            } catch {
                reason = "\(error); let the workers' user write to it, or choose another with --access-log"
            }
        }
        throw BootError(code: .usage, description: "cannot open the access log '\(settings.accessLog)': \(reason)")
    }

    private static func openListeners(
        _ environment: InheritedEnvironment, _ settings: Settings
    ) throws(BootError) -> [AcceptSocket] {
        var listeners: [AcceptSocket] = []
        for descriptor in environment.listeners {
            do {
                listeners.append(try AcceptSocket(inherited: descriptor))
            } catch {
                throw BootError(code: .boot, description: "fd \(descriptor) is not a listening socket: \(error)")
            }
        }
        if !listeners.isEmpty { return listeners }
        func bindError(_ error: ListenError) -> BootError {
            let resolved = try? ResolvedSettings(flags: [:], environment: environment.variables, file: nil)
            return BootError(code: .bind, description: "\(resolved?.assignment(of: "bind") ?? "BIND"): \(error)")
        }
        do {
            try ListeningSocket.checkOverlaps(settings.bind)
        } catch {
            throw bindError(ListenError(error.address, error.failure, choosing: "BIND"))
        }
        for address in settings.bind {
            do {
                listeners.append(
                    try AcceptSocket(binding: address, backlog: settings.backlog, mode: settings.socketMode))
            } catch {
                for listener in listeners { listener.removeFile() }
                throw bindError(error)
            }
        }
        return listeners
    }

    /// nil for a worker without a master: nothing would replace it.
    private var recycling: Recycling? {
        guard let master, let limit = settings.maxRequests else { return nil }
        return Recycling(after: limit, jitter: settings.maxRequestsJitter) { [log] count in
            log.info("max-requests reached; asking to be replaced", metadata: ["requests": "\(count)"])
            master.send(.recycle)
        }
    }

    // MARK: Serving

    /// Runs the scope around serving on the loop, which is this thread's from now on; the process exits when the scope ends.
    func run(_ scope: @escaping @Sendable (WorkerProgram.Serve) async throws -> Void) -> Never {
        LoopActor.occupyThread { [self] in
            let coordinator = ShutdownCoordinator(
                master: master, listeners: listeners, errorLog: settings.errorLog,
                accessLog: accessLog, log: log)
            do throws(SystemError) {
                try SignalReader(signals, stopsOnInterrupt: master == nil, coordinator).open()
                try master?.open(coordinator) { coordinator.start(listeners) }
            } catch {
                log.critical("\(error)")
                WorkerProgram.exitNow(.boot)
            }
            let lifecycle = Lifecycle(self, coordinator)
            let task = Task.immediate(executorPreference: LoopExecutor.shared) {
                do {
                    try await scope(WorkerProgram.Serve { try await lifecycle.serve($0) })
                    lifecycle.scopeEnded(nil)
                } catch {
                    lifecycle.scopeEnded(error)
                }
            }
            coordinator.open(task)
        }
    }

    /// Makes the worker ready with an application.
    @LoopActor private func serve(_ application: any Application, _ coordinator: ShutdownCoordinator) {
        let server = Server(
            application: application, settings: settings, scoreboard: scoreboard, slot: slot,
            registry: registry, accessLog: accessLog, recycling: recycling, log: log)
        coordinator.open(server)
        if let master {
            master.send(.ready)
            HealthReporter.shared.open { master.send(.healthProblem($0)) }
        } else {
            HealthReporter.shared.open { [log] problem in
                if let problem {
                    log.error("health problem: \(problem)")
                } else {
                    log.notice("the health problem is solved")
                }
                return true
            }
            server.start(listeners)
            let addresses = listeners.map(\.authority).joined(separator: ",")
            log.notice("ready", metadata: ["listening": "\(addresses)"])
        }
    }

    /// A worker from its boot to its exit: the scope serves once.
    @LoopActor private final class Lifecycle {
        private let worker: WorkerRuntime
        private let coordinator: ShutdownCoordinator
        private var hasServed = false

        init(_ worker: WorkerRuntime, _ coordinator: ShutdownCoordinator) {
            self.worker = worker
            self.coordinator = coordinator
        }

        /// Returns when the last response is sent, and the application has stopped.
        func serve(_ application: any Application) async throws(ServeError) {
            if hasServed { throw .servedTwice }
            hasServed = true
            if !coordinator.isEnding {
                worker.serve(application, coordinator)
                await withTaskCancellationHandler {
                    await coordinator.waitUntilServed()
                } onCancel: { [coordinator] in
                    // Another part of the scope has failed: what has begun is answered, and the worker ends.
                    LoopExecutor.shared.call { coordinator.drain() }
                }
            }
            await application.stop()
        }

        func scopeEnded(_ error: (any Error)?) -> Never {
            if !hasServed, !coordinator.isEnding {
                worker.log.critical("the application cannot be made: \(error ?? ServeError.neverServed)")
                for listener in worker.listeners { listener.removeFile() }
                WorkerProgram.exitNow(.application)
            }
            // A scope that is cancelled while it prepares may give up.
            if let error, hasServed || !(error is CancellationError) {
                worker.log.error("the end of the worker's scope failed: \(error)")
            }
            coordinator.exit()
        }
    }
}

/// How a worker's scope must not serve.
private enum ServeError: Error, CustomStringConvertible {
    case servedTwice, neverServed

    var description: String {
        switch self {
        case .servedTwice: "a worker serves one application, once"
        case .neverServed: "the worker's scope has ended without serving one"
        }
    }
}
