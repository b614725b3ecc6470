import Contract
import Linux
import Glibc
import Platform

/// The settings with nothing left open: which worker, and how many.
struct Plan {
    let settings: Settings
    /// Where each of them comes from, by flag.
    let origins: [String: Origin]
    /// As they were given; nil in a server that goes on with what it has.
    private let resolution: Resolution?
    /// What is wrong with the sources and does no harm.
    let warnings: [String]
    /// The path of the env file that was read.
    let file: String?
    /// The env file's keys that are the application's.
    let application: [String: String]
    /// This process's own, as it was started with.
    let environment: [String: String]
    /// What the number of workers comes from, when nobody gave it.
    let reason: String?
    /// What the command line gave, by flag.
    private let flags: [String: [String]]

    /// - Parameter isInFolder: whether this process is in the folder of the settings, as one that takes a master's place is.
    init(_ options: Options, isInFolder: Bool = false) throws(StartError) {
        if !isInFolder {
            try Self.enterFolder(flags: options.texts, environment: Environment.variables)
        }
        try self.init(flags: options.texts, environment: Environment.variables)
    }

    /// - Parameter flags: what the command line gave, by flag.
    /// Of a server that goes on with what it has: nothing is read.
    init(_ options: Options, going settings: Settings) {
        self.settings = settings
        origins = [:]
        resolution = nil
        warnings = []
        file = nil
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
        if settings.bufferMemory == nil {
            let (size, reason) = Self.bufferMemory(settings)
            settings.bufferMemory = size
            if origins["buffer-memory"] == .default { origins["buffer-memory"] = .derived("auto: \(reason)") }
        }
        self.settings = settings
        self.origins = origins
        self.resolution = resolution
        warnings = resolution.warnings
        file = resolution.file
        application = resolution.application
        self.environment = environment
        self.flags = flags
    }

    /// A worker has its limit, or else its share of what all may use; whole MiB read better.
    private static func bufferMemory(_ settings: Settings) -> (size: Int, reason: String) {
        let limit = MemoryLimit.available
        let memory = settings.maxWorkerMemory ?? limit.bytes / (settings.workers ?? 1)
        let size = max(Settings.bufferMemory(of: memory) >> 20, 1) << 20
        return (size, settings.maxWorkerMemory == nil ? "a worker's share of \(limit.reason)" : "max-worker-memory")
    }

    /// The same command line and environment, and the env file as it is now.
    func reread() throws(StartError) -> Plan {
        try Plan(flags: flags, environment: environment)
    }

    /// A setting's name, value and origin, for an error about it.
    func assignment(of flag: String) -> String { resolution?.assignment(of: flag) ?? "--\(flag)" }

    /// By which setting another address to listen on is chosen.
    var bindSetting: String { resolution?.bindSetting ?? "--bind" }

    var workers: Int { settings.workers ?? 1 }

    var worker: String { settings.worker ?? OwnProgram.worker }

    /// Opens the worker's executable.
    func openWorker() throws(StartError) -> Executable {
        let executable: Executable
        do {
            executable = try Executable(opening: worker)
        } catch {
            throw StartError(.usage, "the worker \(worker) cannot be run: \(Self.advice(error))")
        }
        // As its own worker it would start itself, and that one itself, for ever.
        guard !executable.isFile(at: "/proc/self/exe"), !executable.isFile(at: OwnProgram.path) else {
            throw StartError(
                .usage,
                "the worker \(worker) cannot be run: it is brigade itself; name the application's worker, such as "
                    + "recipe-worker, with --worker")
        }
        return executable
    }

    /// What keeps a worker from being opened, and what to do.
    static func advice(_ error: SystemError) -> String {
        switch error.errno {
        case ENOENT, ENOTDIR: "there is no such file; build it, or name another with --worker"
        case EACCES: "it is not executable for this user; give it its rights by chmod"
        case EISDIR: "it is no file; name an executable with --worker"
        default: error.advised
        }
    }

    /// As many as the slots of the scoreboard allow beside as many that leave.
    static let mostWorkers = Scoreboard.capacity / 2
}
