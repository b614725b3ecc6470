import Contract
import Glibc
import Platform

/// The settings with nothing left open: which worker, and how many.
struct Plan {
    let settings: Settings
    /// Where each of them comes from, by flag.
    let origins: [String: Origin]
    /// What is wrong with the sources and does no harm.
    let warnings: [String]
    /// The env file's keys that are the application's.
    let application: [String: String]
    /// This process's own, as it was started with.
    let environment: [String: String]
    /// What the number of workers comes from, when nobody gave it.
    let reason: String?
    /// What the command line gave, by flag.
    private let flags: [String: [String]]

    init(_ options: Options) throws(StartError) {
        try self.init(flags: options.texts, environment: Environment.variables)
    }

    /// - Parameter flags: what the command line gave, by flag.
    /// Of a server that goes on with what it has: nothing is read.
    init(_ options: Options, going settings: Settings) {
        self.settings = settings
        origins = [:]
        warnings = []
        application = [:]
        environment = Environment.variables
        reason = nil
        flags = options.texts
    }

    init(flags: [String: [String]], environment: [String: String]) throws(StartError) {
        let resolution: Resolution
        do {
            resolution = try Resolution.reading(flags: flags, environment: environment)
        } catch {
            throw StartError(.usage, "\(error)")
        }
        var settings = resolution.settings
        var origins = resolution.origins
        if settings.workers == nil {
            let processors = Processors.available
            settings.workers = min(processors.count, Self.mostWorkers)
            reason = processors.reason
            if origins["workers"] == .default { origins["workers"] = .derived("auto: \(processors.reason)") }
        } else {
            reason = nil
        }
        if settings.worker == nil {
            settings.worker = OwnProgram.worker
            origins["worker"] = .derived("beside brigade")
        }
        self.settings = settings
        self.origins = origins
        warnings = resolution.warnings
        application = resolution.application
        self.environment = environment
        self.flags = flags
    }

    /// The same command line and environment, and the env file as it is now.
    func reread() throws(StartError) -> Plan {
        try Plan(flags: flags, environment: environment)
    }

    var workers: Int { settings.workers ?? 1 }

    var worker: String { settings.worker ?? OwnProgram.worker }

    /// Opens the worker's executable.
    func openWorker() throws(StartError) -> Executable {
        do {
            return try Executable(opening: worker)
        } catch {
            throw StartError(.usage, "the worker \(worker) cannot be run: \(Self.advice(error))")
        }
    }

    /// What keeps a worker from being opened, and what to do.
    static func advice(_ error: SystemError) -> String {
        switch error.errno {
        case ENOENT, ENOTDIR: "there is no such file; build it, or name another with --worker"
        case EACCES: "it is not executable for this user; give it its rights by chmod"
        case EISDIR: "it is no file; name an executable with --worker"
        default: error.description
        }
    }

    /// As many as the slots of the scoreboard allow beside as many that leave.
    static let mostWorkers = Scoreboard.capacity / 2
}
