internal import CLinux
internal import Contract
import CoreMetrics
internal import Linux
import Glibc
import Logging
public import Messages

/// The program of a worker: what an application's `main.swift` makes and runs.
///
/// ```swift
/// WorkerProgram("recipes") { try makeAPI(Store()).build() }.run()
/// ```
///
/// What lives as long as the worker, such as a connection pool, is opened and closed around serving; see `Serve`.
///
/// Call `run` from the top level of `main.swift` or from another function that is not async: the main thread becomes the
/// server's loop for ever, so `@MainActor` code never runs.
public struct WorkerProgram: Sendable {
    private let name: String
    private let prestart: (@Sendable () throws -> Void)?
    private let check: (@Sendable () throws -> Void)?
    private let commands: [Command]
    private let log: Log
    private let metrics: Metrics
    let scope: @Sendable (Serve) async throws -> Void

    /// - Parameters:
    ///   - name: the process's name in ps and top, at most 15 bytes.
    ///   - prestart: runs once before the first worker starts, for example migrations. When a setting is invalid, it throws an
    ///     `InvalidSettingError`.
    ///   - check: throws when the application could not be made with its settings; it must not write anything. For
    ///     `brigade check`, which runs it as the workers' user.
    ///   - commands: further commands.
    ///   - log: where the lines of the application's loggers go.
    ///   - metrics: where the application's metrics go.
    ///   - scope: prepares the worker, serves an application, and cleans up. It runs on the loop, before the worker accepts
    ///     connections and after the last response, and the worker exits when it ends. An error before it serves means that
    ///     the application cannot be made; a later error is logged. It is cancelled when the worker stops, and when the
    ///     worker drains before it serves.
    public init(
        _ name: String, prestart: (@Sendable () throws -> Void)? = nil, check: (@Sendable () throws -> Void)? = nil,
        commands: [Command] = [], log: Log = .lines, metrics: Metrics = .scraped,
        scope: @escaping @Sendable (Serve) async throws -> Void
    ) {
        self.name = name
        self.prestart = prestart
        self.check = check
        self.commands = commands
        self.log = log
        self.metrics = metrics
        self.scope = scope
    }

    /// The short form, for a worker that does nothing around serving.
    /// - Parameters:
    ///   - name: the process's name in ps and top, at most 15 bytes.
    ///   - prestart: runs once before the first worker starts. See the other form.
    ///   - check: throws when the application could not be made. See the other form.
    ///   - commands: further commands.
    ///   - log: where the lines of the application's loggers go.
    ///   - metrics: where the application's metrics go.
    ///   - application: makes the application; called once per worker, on the loop, before it accepts connections.
    public init(
        _ name: String, prestart: (@Sendable () throws -> Void)? = nil, check: (@Sendable () throws -> Void)? = nil,
        commands: [Command] = [], log: Log = .lines, metrics: Metrics = .scraped,
        application: @escaping @Sendable () async throws -> any Application
    ) {
        self.init(name, prestart: prestart, check: check, commands: commands, log: log, metrics: metrics) { serve in
            try await serve(try await application())
        }
    }

    /// Runs the command that the arguments name: `serve`, `prestart`, `check`, or one of the application's own.
    ///
    /// Exit codes: 0 after a drain, a prestart or a command; 1 for invalid usage or settings (an `InvalidSettingError` of a
    /// prestart or a command, too) and for a command whose output cannot be written; 2 for an address that cannot be bound;
    /// 3 when what the master hands over cannot be used; 4 when the application cannot be made; 5 when the prestart failed, or
    /// a command that has no other code.
    /// - Parameter arguments: the program's name first; nil for the arguments of the process.
    public func run(_ arguments: [String]? = nil) -> Never {
        let arguments = arguments ?? ProcessArguments.all
        brigade_set_name(name)
        // A file at its size limit (RLIMIT_FSIZE) is like a full disk: the write fails, and the caller reports it.
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
        let usage = "usage: \(program) serve | prestart | check\(own)".visible + "\n"
        _ = write(STDERR_FILENO, usage, usage.utf8.count)
        exit(ExitCode.usage.rawValue)
    }

    private func serve() -> Never {
        brigade_tune_malloc()
        let environment = InheritedEnvironment()
        let log = startLog(environment, as: environment.process)
        var settings = settings(environment, log)
        signal(SIGPIPE, SIG_IGN)
        brigade_stacks_on_fatal_signals()
        brigade_stacks_on_request(environment.control ?? -1, WorkerMessage.version, WorkerMessage.stacksKind)
        let descriptors = Self.raiseDescriptorLimit(log)
        if settings.maxConnections > descriptors {
            log.warning(
                "max-connections is more than the limit of open files allows; raise that by LimitNOFILE= or 'ulimit -n'",
                metadata: ["wanted": "\(settings.maxConnections)", "served": "\(descriptors)"])
            settings.maxConnections = descriptors
        }
        // Before any other thread starts: threads inherit the blocked signals, and none may take these.
        let signals = SignalReader.blockSignals()
        let worker: WorkerRuntime
        do {
            worker = try WorkerRuntime(environment, settings, signals: signals, log)
        } catch {
            log.critical("\(error)")
            LogOutput.finish()
            exit(error.code.rawValue)
        }
        HostResources.requireThreads(settings.blockingThreads + Self.ownThreads)
        MetricsSystem.bootstrap(metrics.make(WorkerMetricsFactory(registry: worker.registry)))
        worker.run(scope)
    }

    /// Connections need descriptors. The soft limit is low only because of select(2), which is not used here.
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
            "the limit of open files is \(files); raise it to at least \(2 * ownDescriptors), by LimitNOFILE= or 'ulimit -n'"
        )
        exitNow(.boot)
    }

    /// For the loop, its threads, and the application.
    private static let ownDescriptors = 64
    /// For the accept threads, and the application's libraries.
    private static let ownThreads = 8

    private func runPrestart() -> Never {
        signal(SIGPIPE, SIG_IGN)
        let environment = InheritedEnvironment()
        let log = startLog(environment, as: LogProcess(.command("prestart")))
        _ = settings(environment, log)
        do {
            try prestart?()
        } catch {
            log.critical("\(error)")
            Self.exitNow(error is any InvalidSettingError ? .usage : .prestart)
        }
        Self.exitNow(.ok)
    }

    private func run(_ command: Command, _ arguments: [String], of program: String) -> Never {
        if command.arguments.isEmpty, !arguments.isEmpty { sayUsage(of: program) }
        let log = startLog(InheritedEnvironment(), as: LogProcess(.command(command.name)))
        var code = ExitCode.ok.rawValue
        do {
            try command.run(arguments)
        } catch is Command.UsageError {
            sayUsage(of: program)
        } catch let exit as Command.Exit {
            code = exit.code
        } catch {
            log.critical("\(error)")
            Self.exitNow(error is any InvalidSettingError ? ExitCode.usage.rawValue : command.failureCode)
        }
        guard brigade_flush_stdout() == 0 else {
            log.critical("cannot write the output of '\(command.name)': \(SystemError("write"))")
            Self.exitNow(.usage)
        }
        Self.exitNow(code)
    }

    private func runCheck() -> Never {
        let environment = InheritedEnvironment()
        let log = startLog(environment, as: LogProcess(.command("check")), onStandardError: true)
        _ = settings(environment, log)
        do {
            try check?()
        } catch {
            log.critical("\(error)")
            Self.exitNow(.usage)
        }
        Self.exitNow(.ok)
    }

    /// Exits without the exit handlers of libraries: these would run while other threads still work, and could crash or hang.
    static func exitNow(_ code: ExitCode) -> Never { exitNow(code.rawValue) }

    private static func exitNow(_ code: Int32) -> Never {
        LogOutput.finish()
        fflush(nil)
        _exit(code)
    }

    /// - Parameter onStandardError: whether the log goes there, as text, whatever the settings say.
    private func startLog(
        _ environment: InheritedEnvironment, as process: LogProcess, onStandardError: Bool = false
    ) -> Logger {
        let settings = try? Settings.resolved(flags: [:], environment: environment.variables)
        // The error about settings that are invalid has the format too.
        let format =
            settings?.logFormat
            ?? environment.variables[Settings.schema.logFormat.variable].flatMap {
                LogFormat(rawValue: $0.lowercased())
            }
        LogOutput.open()
        LogOutput.use(onStandardError ? .text : format ?? .text, process)
        LoggingSystem.bootstrap(log.factory(process: process, level: (settings?.logLevel ?? .info).level))
        let log = Logger(label: Log.serverLabel)
        // A master has redirected stderr already.
        guard let path = settings?.errorLog, !environment.isMastersChild, !onStandardError else { return log }
        do {
            try InheritedDescriptor(path: path)?.validate()
            try LogOutput.redirect(to: path)
        } catch {
            log.critical("cannot open the error log '\(path)': \(error); choose another with ERROR_LOG")
            Self.exitNow(.usage)
        }
        return log
    }

    private func settings(_ environment: InheritedEnvironment, _ log: Logger) -> Settings {
        do {
            let resolution = try ResolvedSettings(
                flags: [:], environment: environment.variables, file: nil, isFromMaster: environment.isMastersChild)
            // A master has logged them already.
            if !environment.isMastersChild { for warning in resolution.warnings { log.warning("\(warning)") } }
            return resolution.settings
        } catch {
            log.critical("\(error)")
            LogOutput.finish()
            exit(ExitCode.usage.rawValue)
        }
    }
}

extension WorkerProgram {
    /// Serves an application: the middle of a worker's scope, which calls it once.
    ///
    /// ```swift
    /// WorkerProgram("recipes") { serve in
    ///     let store = Store()
    ///     try await serve(makeAPI(store).build())
    ///     await store.close()
    /// }.run()
    /// ```
    public struct Serve: Sendable {
        private let serve: @Sendable (any Application) async throws -> Void

        init(_ serve: @escaping @Sendable (any Application) async throws -> Void) {
            self.serve = serve
        }

        /// Makes the worker ready. It returns when the worker has sent its last response and the application has stopped; at
        /// once, when the worker has been told to end meanwhile. When its task is cancelled, the worker drains.
        /// - Throws: when it is called a second time.
        public func callAsFunction(_ application: any Application) async throws {
            try await serve(application)
        }
    }

    /// Runs the scope without a worker, for tests.
    /// - Parameter serve: runs in place of serving; the scope goes on when it returns.
    package func runScope(_ serve: @escaping @Sendable (any Application) async throws -> Void) async throws {
        try await scope(Serve(serve))
    }
}

extension WorkerProgram {
    /// A command of the application's own, for its operator.
    ///
    /// ```swift
    /// let openapi = WorkerProgram.Command("openapi") { _ in print(try makeAPI(Store()).openAPIDocument().indentedText) }
    /// ```
    public struct Command: Sendable {
        /// Thrown by a command for wrong arguments: the usage is printed, and the exit code is 1.
        public struct UsageError: Error {
            /// The usage is printed, nothing else.
            public init() {}
        }

        /// Thrown by a command that has printed all there is to say, such as the problems that it has found: the process exits
        /// with a code other than 0, and nothing is logged.
        public struct Exit: Error {
            let code: Int32

            /// - Parameter code: 1 to 255.
            public init(code: Int32) { self.code = code }
        }

        let name: String
        let arguments: String
        let failureCode: Int32
        let run: @Sendable ([String]) throws -> Void

        /// - Parameters:
        ///   - name: the program's first argument.
        ///   - arguments: the arguments in the usage; empty for a command that takes none, which then does not run with some.
        ///   - failureCode: the exit code after an error.
        ///   - run: gets the arguments after the name. An error that it throws is logged in one line. Output that cannot be
        ///     written is an error too, with exit code 1.
        public init(
            _ name: String, arguments: String = "", failureCode: Int32 = 5,
            run: @escaping @Sendable (_ arguments: [String]) throws -> Void
        ) {
            self.name = name
            self.arguments = arguments
            self.failureCode = failureCode
            self.run = run
        }
    }
}

/// An error about an invalid setting of the application's own, so that a restart would not help.
///
/// A prestart or a command that throws one exits with code 1, and so does a master that starts. A service manager can then be
/// told not to restart it, as `RestartPreventExitStatus=1 4` of the shipped unit does.
public protocol InvalidSettingError: Error {}
