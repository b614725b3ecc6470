internal import CLinux
internal import Contract
import Glibc
import Logging
public import Messages

/// A worker: what an application's `main.swift` makes and runs.
///
/// ```swift
/// WorkerProgram(name: "recipe-worker") { try RecipeApplication() }.run()
/// ```
///
/// Call `run` from the top level of `main.swift` or from another function that is not async: the main thread becomes the
/// server's loop for ever, so `@MainActor` code never gets a turn.
public struct WorkerProgram {
    private let name: String
    private let prestart: (@Sendable () throws -> Void)?
    private let openapi: (@Sendable () throws -> String)?
    private let application: @Sendable () throws -> any Application

    /// - Parameters:
    ///   - name: the process's name in ps and top, at most 15 bytes.
    ///   - prestart: what is to be done once before the first worker starts, such as migrations.
    ///   - openapi: makes the text of the application's OpenAPI document, for the command of that name.
    ///   - application: makes the application; called once a worker, before it accepts connections.
    public init(
        name: String, prestart: (@Sendable () throws -> Void)? = nil,
        openapi: (@Sendable () throws -> String)? = nil, application: @escaping @Sendable () throws -> any Application
    ) {
        self.name = name
        self.prestart = prestart
        self.openapi = openapi
        self.application = application
    }

    /// Runs the command that the arguments name: `serve`, `prestart`, or, where there is a document, `openapi`, which
    /// prints it.
    ///
    /// The exit code is 0 after a drain, a prestart or a print, 1 for bad usage or settings, 2 for an address that cannot
    /// be bound, 3 when the worker's inheritance is broken, 4 when the application or its document cannot be made, 5 when
    /// the prestart failed.
    public func run(_ arguments: [String] = CommandLine.arguments) -> Never {
        brigade_set_name(name)
        switch Array(arguments.dropFirst()) {
        case ["serve"]: serve()
        case ["prestart"]: runPrestart()
        case ["openapi"] where openapi != nil: printDocument()
        default:
            let commands = "serve | prestart" + (openapi == nil ? "" : " | openapi")
            let usage = "usage: \(arguments.first ?? name) \(commands)\n"
            _ = write(STDERR_FILENO, usage, usage.utf8.count)
            exit(ExitCode.usage.rawValue)
        }
    }

    private func serve() -> Never {
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
        let application: any Application
        do {
            application = try self.application()
        } catch {
            log.critical("the application cannot be made: \(error)")
            exit(ExitCode.application.rawValue)
        }
        worker.run(application)
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

    private func runPrestart() -> Never {
        let environment = ProcessEnvironment()
        let log = startLog(environment, as: "prestart pid=\(getpid())")
        _ = settings(environment, log)
        do {
            try prestart?()
        } catch {
            log.critical("\(error)")
            exit(ExitCode.prestart.rawValue)
        }
        exit(ExitCode.ok.rawValue)
    }

    private func printDocument() -> Never {
        let log = startLog(ProcessEnvironment(), as: "openapi pid=\(getpid())")
        do {
            print(try openapi?() ?? "")
        } catch {
            log.critical("the document cannot be made: \(error)")
            exit(ExitCode.application.rawValue)
        }
        guard fflush(nil) == 0 else {
            log.critical("the document cannot be written: \(SystemError("write"))")
            exit(ExitCode.usage.rawValue)
        }
        exit(ExitCode.ok.rawValue)
    }

    private func startLog(_ environment: ProcessEnvironment, as process: String) -> Logger {
        let level = (try? Settings.resolved(flags: [:], environment: environment.variables))?.logLevel ?? .info
        LoggingSystem.bootstrap { _ in LineLogHandler(process: process, level: level.level) }
        return Logger(label: "serving")
    }

    private func settings(_ environment: ProcessEnvironment, _ log: Logger) -> Settings {
        do {
            return try Settings.resolved(flags: [:], environment: environment.variables)
        } catch {
            log.critical("\(error)")
            exit(ExitCode.usage.rawValue)
        }
    }
}
