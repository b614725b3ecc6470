internal import CLinux
internal import Contract
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
        let descriptor = brigade_signalfd(numbers, Int32(numbers.count))
        precondition(descriptor >= 0, "\(SystemError("signalfd"))")
        return descriptor
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
                master = Master(ControlChannel(owning: FileDescriptor(owning: descriptor)), log)
            } else {
                master = nil
            }
        } catch {
            throw BootError(code: .boot, description: "what the master hands over cannot be used: \(error)")
        }
        let index = environment.slot ?? 0
        guard (0..<Scoreboard.capacity).contains(index) else {
            throw BootError(code: .boot, description: "there is no slot \(index) on the scoreboard")
        }
        slot = scoreboard.slot(index)
        slot.pid = getpid()
        listeners = try Self.listeners(environment, settings)
        // Read now; what the worker starts itself must not take them for its own.
        for name in Inheritance.names { unsetenv(name) }
        slot.tick = MonotonicClock.nanoseconds
        master?.send(.booted)
    }

    private static func accessLog(_ settings: Settings, _ log: Logger) throws(BootError) -> RequestLog? {
        let path: String?
        switch settings.accessLog {
        case .off: return nil
        case .standardOutput: path = nil
        case .file(let name): path = name
        }
        do {
            return try RequestLog(path: path, log: log)
        } catch {
            throw BootError(
                code: .usage,
                description: "the access log '\(path ?? "-")' cannot be opened: \(error); "
                    + "let the user of the workers write to it, or choose another with --access-log")
        }
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
        for address in settings.bind {
            do {
                listeners.append(try Listener(binding: address, backlog: settings.backlog))
            } catch {
                throw BootError(code: .bind, description: "cannot listen on \(address): \(error)")
            }
        }
        return listeners
    }

    /// Nobody replaces a worker that runs by itself.
    private var recycling: Recycling? {
        guard let master, let limit = settings.maxRequests else { return nil }
        return Recycling(after: limit, jitter: settings.maxRequestsJitter) { [slot, log] in
            log.info("asks to be replaced", metadata: ["requests": "\(slot.requests)"])
            master.send(.recycle)
        }
    }

    /// Serves until told to leave.
    func run(_ application: any Application) -> Never {
        LoopActor.occupyThread { [self] in
            let server = Server(
                application: application, settings: settings, scoreboard: scoreboard, slot: slot,
                accessLog: accessLog, recycling: recycling, log: log)
            let leave = Departure(server: server, master: master, log: log)
            do throws(SystemError) {
                try SignalSource(signals, endsOnInterrupt: master == nil, leave).open()
                try master?.open(leave) { server.start(listeners) }
            } catch {
                log.critical("\(error)")
                exit(ExitCode.boot.rawValue)
            }
            if let master {
                master.send(.ready)
            } else {
                server.start(listeners)
                let addresses = listeners.map(\.authority).joined(separator: ",")
                log.notice("ready", metadata: ["listening": "\(addresses)"])
            }
        }
    }
}
