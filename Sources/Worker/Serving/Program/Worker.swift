internal import CLinux
internal import Contract
internal import Linux
import Glibc
import Logging
import Messages

/// Why a worker cannot begin.
struct BootError: Error, CustomStringConvertible {
    let code: ExitCode
    let description: String
}

/// The worker process as it sees itself: what it inherits, and the server it runs.
struct Worker {
    private let settings: Settings
    private let listeners: [Listener]
    private let master: Master?
    private let scoreboard: Scoreboard
    private let slot: Scoreboard.Slot
    private let signals: Int32
    private let accessLog: RequestLog?
    private let log: Logger

    /// Blocks the signals of a worker in this thread and those that it starts.
    /// - Returns: the descriptor to read them from.
    static func blockSignals() -> Int32 {
        let numbers = [SIGTERM, SIGQUIT, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGTTIN, SIGTTOU, SIGWINCH]
        return HostLimit.descriptor("signalfd") { brigade_signalfd(numbers, Int32(numbers.count)) }
    }

    /// Takes over what the master hands over; without a master it makes the same for itself.
    init(
        _ environment: ProcessEnvironment, _ settings: Settings, signals: Int32, _ log: Logger
    ) throws(BootError) {
        self.settings = settings
        self.signals = signals
        self.log = log
        accessLog = try Self.accessLog(settings, log)
        do throws(SystemError) {
            if let descriptor = environment.scoreboard {
                scoreboard = try Scoreboard.inherited(descriptor: descriptor)
            } else {
                scoreboard = try Scoreboard.make(entries: settings.maxConnections)
                scoreboard.open(0, generation: 1)
            }
            if let descriptor = environment.control {
                // What the worker starts itself must not hold the channel open.
                for inherited in [descriptor, scoreboard.descriptor] {
                    _ = try check("fcntl") { fcntl(inherited, F_SETFD, FD_CLOEXEC) }
                }
                master = Master(ControlChannel(owning: OwnedDescriptor(owning: descriptor)), log)
            } else {
                master = nil
            }
        } catch {
            throw BootError(code: .boot, description: "what the master hands over cannot be used: \(error.advised)")
        }
        let index = environment.slot ?? 0
        guard (0..<Scoreboard.capacity).contains(index) else {
            throw BootError(code: .boot, description: "there is no slot \(index) on the scoreboard")
        }
        slot = scoreboard.slot(index)
        slot.pid = getpid()
        listeners = try Self.listeners(environment, settings)
        // Read now; what the worker starts itself must not take them for its own.
        for name in WorkerEnvironment.names { unsetenv(name) }
        slot.tick = MonotonicClock.nanoseconds
        master?.send(.booted)
    }

    private static func accessLog(_ settings: Settings, _ log: Logger) throws(BootError) -> RequestLog? {
        let reason: String
        switch settings.accessLog {
        case .off: return nil
        case .descriptor(let descriptor):
            do {
                try descriptor.examine()
                return RequestLog(descriptor, log: log)
            } catch {
                reason = "\(error); choose another with --access-log"
            }
        case .file(let path):
            do {
                return try RequestLog(path: path, log: log)
            } catch {
                reason = "\(error); let the user of the workers write to it, or choose another with --access-log"
            }
        }
        throw BootError(
            code: .usage, description: "the access log '\(settings.accessLog)' cannot be opened: \(reason)")
    }

    private static func listeners(
        _ environment: ProcessEnvironment, _ settings: Settings
    ) throws(BootError) -> [Listener] {
        var listeners: [Listener] = []
        for descriptor in environment.listeners {
            do {
                listeners.append(try Listener(inherited: descriptor))
            } catch {
                throw BootError(code: .boot, description: "fd \(descriptor) is no listening socket: \(error)")
            }
        }
        if !listeners.isEmpty { return listeners }
        // What it was given, where, and what to do.
        func refusal(_ error: ListenError) -> BootError {
            let resolved = try? ResolvedSettings(flags: [:], environment: environment.variables, file: nil)
            return BootError(code: .bind, description: "\(resolved?.assignment(of: "bind") ?? "BIND"): \(error)")
        }
        do {
            try ListeningSocket.checkOverlaps(settings.bind)
        } catch {
            throw refusal(ListenError(error.address, error.failure, choosing: "BIND"))
        }
        for address in settings.bind {
            do {
                listeners.append(
                    try Listener(binding: address, backlog: settings.backlog, mode: settings.socketMode))
            } catch {
                throw refusal(error)
            }
        }
        return listeners
    }

    /// Takes the names of its own sockets away, when it cannot serve after all.
    func giveUpNames() {
        for listener in listeners { listener.removeFile() }
    }

    /// Nobody replaces a worker that runs by itself.
    private var recycling: Recycling? {
        guard let master, let limit = settings.maxRequests else { return nil }
        return Recycling(after: limit, jitter: settings.maxRequestsJitter) { [slot, log] in
            log.info("asks to be replaced", metadata: ["requests": "\(slot.requests)"])
            master.send(.recycle)
        }
    }

    // MARK: Serving

    /// Runs the scope around serving on the loop, which is this thread's from now on; the process ends with the scope.
    func run(_ scope: @escaping @Sendable (WorkerProgram.Serve) async throws -> Void) -> Never {
        LoopActor.occupyThread { [self] in
            let departure = Departure(
                master: master, listeners: listeners, errorLog: settings.errorLog,
                accessLog: accessLog, log: log)
            do throws(SystemError) {
                try SignalSource(signals, endsOnInterrupt: master == nil, departure).open()
                try master?.open(departure) { departure.start(listeners) }
            } catch {
                log.critical("\(error)")
                WorkerProgram.leave(.boot)
            }
            let shift = Shift(self, departure)
            let task = Task.immediate(executorPreference: LoopExecutor.shared) {
                do {
                    try await scope(WorkerProgram.Serve { try await shift.serve($0) })
                    shift.end(nil)
                } catch {
                    shift.end(error)
                }
            }
            departure.open(task)
        }
    }

    /// Makes the worker ready with an application.
    @LoopActor fileprivate func serve(_ application: any Application, _ departure: Departure) {
        let server = Server(
            application: application, settings: settings, scoreboard: scoreboard, slot: slot,
            accessLog: accessLog, recycling: recycling, log: log)
        departure.open(server)
        if let master {
            master.send(.ready)
            HealthReport.shared.open { master.send(.healthProblem($0)) }
        } else {
            HealthReport.shared.open { [log] problem in
                if let problem {
                    log.error("health problem: \(problem)")
                } else {
                    log.notice("the health problem has ended")
                }
                return true
            }
            server.start(listeners)
            let addresses = listeners.map(\.authority).joined(separator: ",")
            log.notice("ready", metadata: ["listening": "\(addresses)"])
        }
    }

    /// What a worker does from its boot to its end.
    @LoopActor final class Shift {
        private let worker: Worker
        private let departure: Departure
        private var hasServed = false

        fileprivate init(_ worker: Worker, _ departure: Departure) {
            self.worker = worker
            self.departure = departure
        }

        /// Returns when the last answer is sent, and the application has stopped.
        func serve(_ application: any Application) async throws(ServeError) {
            if hasServed { throw .twice }
            hasServed = true
            if !departure.isLeaving {
                worker.serve(application, departure)
                await withTaskCancellationHandler {
                    await departure.served()
                } onCancel: { [departure] in
                    // Somebody else of the scope has failed: what is begun is answered, and the worker leaves.
                    LoopExecutor.shared.call { departure.drain() }
                }
            }
            await application.stop()
        }

        /// The scope has ended.
        fileprivate func end(_ error: (any Error)?) -> Never {
            if !hasServed, !departure.isLeaving {
                worker.log.critical("the application cannot be made: \(error ?? ServeError.never)")
                worker.giveUpNames()
                WorkerProgram.leave(.application)
            }
            // Who is told to leave while it prepares itself is right to give up.
            if let error, hasServed || !(error is CancellationError) {
                worker.log.error("the end of the worker's scope failed: \(error)")
            }
            departure.end()
        }
    }
}

/// How a worker's scope must not serve.
enum ServeError: Error, CustomStringConvertible {
    case twice, never

    var description: String {
        switch self {
        case .twice: "a worker serves one application, once"
        case .never: "the worker's scope has ended without serving one"
        }
    }
}
