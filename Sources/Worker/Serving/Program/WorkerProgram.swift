internal import CLinux
internal import Contract
internal import Linux
import Glibc
import Logging
public import Messages

/// A worker: what an application's `main.swift` makes and runs.
///
/// ```swift
/// WorkerProgram("recipes") { try makeAPI(Store()).build() }.run()
/// ```
///
/// What lives as long as the worker, such as a pool of connections, is opened and closed around serving; see `Serve`.
///
/// Call `run` from the top level of `main.swift` or from another function that is not async: the main thread becomes the
/// server's loop for ever, so `@MainActor` code never gets a turn.
public struct WorkerProgram: Sendable {
    private let name: String
    private let prestart: (@Sendable () throws -> Void)?
    private let check: (@Sendable () throws -> Void)?
    private let commands: [Command]
    private let log: Log
    let scope: @Sendable (Serve) async throws -> Void

    /// - Parameters:
    ///   - name: the process's name in ps and top, at most 15 bytes.
    ///   - prestart: what is to be done once before the first worker starts, such as migrations; an error that says that
    ///     a setting will not do is a `SettingRefusal`.
    ///   - check: whether the application could be made, by its settings and what they name; it writes nothing. For
    ///     `brigade check`, which runs it as the user that workers run as.
    ///   - commands: further commands.
    ///   - log: where the lines of the application's loggers go.
    ///   - scope: prepares the worker, serves an application, and cleans up. It runs on the loop, before the worker accepts
    ///     connections and after the last answer, and its end is the worker's. An error before it serves means that the
    ///     application cannot be made; one after it is logged. It is cancelled when the worker is to leave at once, and when
    ///     it is to leave before it serves.
    public init(
        _ name: String, prestart: (@Sendable () throws -> Void)? = nil, check: (@Sendable () throws -> Void)? = nil,
        commands: [Command] = [], log: Log = .lines, scope: @escaping @Sendable (Serve) async throws -> Void
    ) {
        self.name = name
        self.prestart = prestart
        self.check = check
        self.commands = commands
        self.log = log
        self.scope = scope
    }

    /// The short form, where nothing is to be done around serving.
    /// - Parameters:
    ///   - name: the process's name in ps and top, at most 15 bytes.
    ///   - prestart: what is to be done once before the first worker starts. See the other form.
    ///   - check: whether the application could be made. See the other form.
    ///   - commands: further commands.
    ///   - log: where the lines of the application's loggers go.
    ///   - application: makes the application; called once a worker, on the loop, before it accepts connections.
    public init(
        _ name: String, prestart: (@Sendable () throws -> Void)? = nil, check: (@Sendable () throws -> Void)? = nil,
        commands: [Command] = [], log: Log = .lines,
        application: @escaping @Sendable () async throws -> any Application
    ) {
        self.init(name, prestart: prestart, check: check, commands: commands, log: log) { serve in
            try await serve(try await application())
        }
    }

    /// Runs the command that the arguments name: `serve`, `prestart`, `check`, or one of the application's own.
    ///
    /// The exit code is 0 after a drain, a prestart or a command, 1 for bad usage or settings (of a prestart also for a
    /// `SettingRefusal`) and for a command whose words cannot be written, 2 for an address that cannot be bound, 3 when the
    /// worker's inheritance is broken, 4 when the application cannot be made, 5 when the prestart failed or, where it says
    /// nothing else, a command.
    /// - Parameter arguments: with the program's name first; nil for those of the process.
    public func run(_ arguments: [String]? = nil) -> Never {
        let arguments = arguments ?? ProcessArguments.all
        brigade_set_name(name)
        // A file at its size limit (RLIMIT_FSIZE) is like a full disk: the write fails, and its caller says what is lost.
        signal(SIGXFSZ, SIG_IGN)
        let words = Array(arguments.dropFirst())
        let program = arguments.first ?? name
        switch words {
        case ["serve"]: serve()
        case ["prestart"]: runPrestart()
        case ["check"]: runCheck()
        default:
            guard let command = commands.first(where: { $0.name == words.first }) else { sayUsage(of: program) }
            run(command, Array(words.dropFirst()), of: program)
        }
    }

    private func sayUsage(of program: String) -> Never {
        let own = commands.map { " | \($0.name)" + ($0.arguments.isEmpty ? "" : " \($0.arguments)") }.joined()
        let usage = "usage: \(program) serve | prestart | check\(own)\n"
        _ = write(STDERR_FILENO, usage, usage.utf8.count)
        exit(ExitCode.usage.rawValue)
    }

    private func serve() -> Never {
        brigade_tune_malloc()
        let environment = ProcessEnvironment()
        let log = startLog(environment, as: environment.workerName)
        var settings = settings(environment, log)
        signal(SIGPIPE, SIG_IGN)
        brigade_stacks_on_fatal_signals()
        let descriptors = Self.raiseDescriptorLimit(log)
        if settings.maxConnections > descriptors {
            log.warning(
                "max-connections is more than the files that this process may open allow; raise them by LimitNOFILE= or 'ulimit -n'",
                metadata: ["wanted": "\(settings.maxConnections)", "served": "\(descriptors)"])
            settings.maxConnections = descriptors
        }
        // Before any other thread is: threads inherit what is blocked, and none of them may take these.
        let signals = Worker.blockSignals()
        let worker: Worker
        do {
            worker = try Worker(environment, settings, signals: signals, log)
        } catch {
            log.critical("\(error)")
            exit(error.code.rawValue)
        }
        HostLimit.checkThreads(settings.blockingThreads + Self.ownThreads)
        worker.run(scope)
    }

    /// Connections need descriptors. The soft limit is low only for the sake of select(2), which nobody here uses.
    /// - Returns: for how many connections there are descriptors.
    private static func raiseDescriptorLimit(_ log: Logger) -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return .max }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        // RLIM_INFINITY is beyond Int.
        let files = Int(clamping: limit.rlim_max)
        guard files < 2 * ownDescriptors else { return files - ownDescriptors }
        log.critical(
            "this process may open only \(files) files; allow \(2 * ownDescriptors) at least, by LimitNOFILE= or 'ulimit -n'"
        )
        exit(ExitCode.boot.rawValue)
    }

    /// For the loop, its threads, and the application.
    private static let ownDescriptors = 64
    /// For those who accept, and the application's libraries.
    private static let ownThreads = 8

    private func runPrestart() -> Never {
        signal(SIGPIPE, SIG_IGN)
        let environment = ProcessEnvironment()
        let log = startLog(environment, as: "prestart pid=\(getpid())")
        _ = settings(environment, log)
        do {
            try prestart?()
        } catch {
            log.critical("\(error)")
            Self.leave(error is any SettingRefusal ? .usage : .prestart)
        }
        Self.leave(.ok)
    }

    private func run(_ command: Command, _ arguments: [String], of program: String) -> Never {
        if command.arguments.isEmpty, !arguments.isEmpty { sayUsage(of: program) }
        let log = startLog(ProcessEnvironment(), as: "\(command.name) pid=\(getpid())")
        do {
            try command.run(arguments)
        } catch is Command.UsageError {
            sayUsage(of: program)
        } catch {
            log.critical("\(error)")
            fflush(nil)
            _exit(command.failureCode)
        }
        guard brigade_flush_stdout() == 0 else {
            log.critical("what '\(command.name)' prints cannot be written: \(SystemError("write"))")
            Self.leave(.usage)
        }
        Self.leave(.ok)
    }

    private func runCheck() -> Never {
        let environment = ProcessEnvironment()
        let log = startLog(environment, as: "check pid=\(getpid())", onStandardError: true)
        _ = settings(environment, log)
        do {
            try check?()
        } catch {
            log.critical("\(error)")
            Self.leave(.usage)
        }
        Self.leave(.ok)
    }

    /// What has done its work ends now. Destructors and exit handlers of libraries run while other threads still work, and
    /// could crash or hang: they have nothing to add.
    static func leave(_ code: ExitCode) -> Never {
        fflush(nil)
        _exit(code.rawValue)
    }

    /// - Parameter onStandardError: whether it stays there, whatever the settings say: somebody waits for it.
    private func startLog(
        _ environment: ProcessEnvironment, as process: String, onStandardError: Bool = false
    ) -> Logger {
        let settings = try? Settings.resolved(flags: [:], environment: environment.variables)
        LogOutput.open()
        LoggingSystem.bootstrap(log.factory(process: process, level: (settings?.logLevel ?? .info).level))
        let log = Logger(label: Log.serverLabel)
        // A master has made it stderr already.
        guard let path = settings?.errorLog, !environment.isMastersChild, !onStandardError else { return log }
        do {
            try InheritedDescriptor(path: path)?.examine()
            try LogOutput.redirect(to: path)
        } catch {
            log.critical("the error log '\(path)' cannot be opened: \(error); choose another by ERROR_LOG")
            Self.leave(.usage)
        }
        return log
    }

    private func settings(_ environment: ProcessEnvironment, _ log: Logger) -> Settings {
        do {
            let resolution = try ResolvedSettings(
                flags: [:], environment: environment.variables, file: nil, isFromMaster: environment.isMastersChild)
            // A master has said so already.
            if !environment.isMastersChild { for warning in resolution.warnings { log.warning("\(warning)") } }
            return resolution.settings
        } catch {
            log.critical("\(error)")
            exit(ExitCode.usage.rawValue)
        }
    }
}
