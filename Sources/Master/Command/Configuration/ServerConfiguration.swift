import Contract
import Linux
import Glibc
import Platform
import SystemPackage

/// The settings with nothing left open: which worker, how many, and how much memory each has; and what follows from them
/// for this process and its children.
struct ServerConfiguration {
    let settings: Settings
    /// Where each setting comes from, by flag.
    let sources: [String: SettingSource]
    /// Problems that do no harm.
    let warnings: [String]
    /// The path of the env file that was read.
    let envFile: String?
    /// The env file's keys that belong to the application.
    let applicationVariables: [String: String]
    /// This process's environment, as it was started with.
    let environment: [String: String]
    /// How the number of workers was found, when nobody gave it.
    let workersReason: String?
    /// What the command line gave, by flag.
    private let flags: [String: [String]]
    /// Nil in a server that was resumed with its running settings.
    private let resolved: ResolvedSettings?

    /// - Parameter isInDirectory: whether this process is in the settings' directory already, as one that takes a master's
    ///   place is.
    init(_ options: SettingOptions, isInDirectory: Bool = false) throws(StartError) {
        if !isInDirectory {
            try Self.changeDirectory(flags: options.texts, environment: Environment.variables)
        }
        try self.init(flags: options.texts, environment: Environment.variables)
    }

    /// A resumed server keeps its settings: nothing is read.
    init(_ options: SettingOptions, running settings: Settings) {
        self.settings = settings
        sources = [:]
        resolved = nil
        warnings = []
        envFile = nil
        applicationVariables = [:]
        environment = Environment.variables
        workersReason = nil
        flags = options.texts
    }

    /// - Parameter flags: what the command line gave, by flag.
    init(flags: [String: [String]], environment: [String: String]) throws(StartError) {
        let resolved: ResolvedSettings
        do {
            resolved = try ResolvedSettings.reading(flags: flags, environment: environment)
        } catch {
            throw StartError(.usage, "\(error)")
        }
        var settings = resolved.settings
        var sources = resolved.sources
        if settings.workers == nil {
            let processors = Processors.available
            settings.workers = min(processors.count, Self.maxWorkers)
            workersReason = processors.reason
            if sources["workers"] == .default { sources["workers"] = .derived("auto: \(processors.reason)") }
        } else {
            workersReason = nil
        }
        if settings.worker == nil {
            settings.worker = BrigadeExecutable.defaultWorker
            sources["worker"] = .derived("next to brigade")
        }
        if settings.bufferMemory == nil {
            let (size, reason) = Self.bufferMemory(settings)
            settings.bufferMemory = size
            if sources["buffer-memory"] == .default { sources["buffer-memory"] = .derived("auto: \(reason)") }
        }
        self.settings = settings
        self.sources = sources
        self.resolved = resolved
        warnings = resolved.warnings
        envFile = resolved.file
        applicationVariables = resolved.applicationVariables
        self.environment = environment
        self.flags = flags
    }

    /// The same command line and environment, and the env file as it is now.
    func reread() throws(StartError) -> ServerConfiguration {
        try ServerConfiguration(flags: flags, environment: environment)
    }

    /// A worker has its limit, or else its share of what all may use. Whole MiB, for the reader.
    private static func bufferMemory(_ settings: Settings) -> (size: Int, reason: String) {
        let limit = MemoryLimit.available
        let memory = settings.maxWorkerMemory ?? limit.bytes / (settings.workers ?? 1)
        let size = max(Settings.bufferMemory(of: memory) >> 20, 1) << 20
        return (size, settings.maxWorkerMemory == nil ? "a worker's share of \(limit.reason)" : "max-worker-memory")
    }

    /// Changes to the directory where relative paths start, the env file's too.
    static func changeDirectory(flags: [String: [String]], environment: [String: String]) throws(StartError) {
        let directory: (path: String, assignment: String)?
        do {
            directory = try ResolvedSettings.directory(flags: flags, environment: environment)
        } catch {
            throw StartError(.usage, "\(error)")
        }
        guard let directory, chdir(directory.path) != 0 else { return }
        throw StartError(
            .usage,
            "\(directory.assignment): cannot change to the directory \(directory.path) "
                + "(\(Errno(rawValue: errno))); create it, or choose another")
    }

    // MARK: - Values

    /// A setting's name, value and source, for errors about it.
    func assignment(of flag: String) -> String { resolved?.assignment(of: flag) ?? "--\(flag)" }

    /// The setting by which an operator can choose another address, for errors.
    var bindSetting: String { resolved?.bindSetting ?? "--bind" }

    var workers: Int { settings.workers ?? 1 }

    var worker: String { settings.worker ?? BrigadeExecutable.defaultWorker }

    /// The scoreboard has slots for so many, and for as many that drain.
    static let maxWorkers = Scoreboard.capacity / 2

    // MARK: - This process

    func setUmask() {
        if let mask = settings.umask { CurrentProcess.setUmask(mask) }
    }

    /// Makes the error log stderr, if there is one.
    /// - Returns: what was stderr before.
    func openErrorLog() throws(StartError) -> Int32? {
        guard let path = settings.errorLog else { return nil }
        let owner = try credentials()?.user
        if let descriptor = InheritedDescriptor(path: path) { try checkDescriptor(descriptor, of: "error-log") }
        do {
            let before = try check("fcntl") { fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1) }
            try LogOutput.redirect(to: path, owner: owner)
            return before
        } catch {
            throw StartError(
                .usage,
                "\(assignment(of: "error-log")): cannot open \(path) (\(error)); let this user write to it, or choose "
                    + "another file")
        }
    }

    // MARK: - Workers

    /// Opens the worker's executable.
    func openWorker() throws(StartError) -> Executable {
        let executable: Executable
        do {
            executable = try Executable(opening: worker)
        } catch {
            throw StartError(.usage, "cannot run the worker \(worker): \(Self.advice(opening: error))")
        }
        // It would start itself for ever.
        guard !executable.isFile(at: "/proc/self/exe"), !executable.isFile(at: BrigadeExecutable.path) else {
            throw StartError(
                .usage,
                "cannot run the worker \(worker): it is brigade itself; give the application's worker, such as "
                    + "recipe-worker, with --worker")
        }
        return executable
    }

    /// What keeps a worker from being opened, and what to do.
    static func advice(opening error: SystemError) -> String {
        switch error.errno {
        case .noSuchFileOrDirectory, .notDirectory: "no such file; build it, or give another with --worker"
        case .permissionDenied: "this user may not execute it; change its mode with chmod"
        case .isDirectory: "it is not a regular file; give an executable with --worker"
        default: error.descriptionWithAdvice
        }
    }

    /// The user and group of the workers; nil when they are this process's.
    func credentials() throws(StartError) -> Credentials? {
        do {
            return try Credentials.find(user: settings.user, group: settings.group)
        } catch {
            throw StartError(.usage, "\(error.flags.map(assignment).joined(separator: " and ")): \(error)")
        }
    }

    /// What a child gets: this process's environment without what is meant for this process only, the application's keys
    /// of the env file where the environment has none, and the resolved settings. A child that runs as another user gets
    /// that user's HOME and the like, unless the env file gives them. A setting without a value is removed.
    /// - Parameter settings: those of the child's generation, with the addresses that are open.
    func childEnvironment(settings: Settings, as credentials: Credentials?) -> [String: String] {
        var inherited = environment.filter { !Self.isForMasterOnly($0.key) }
        if let login = credentials?.login {
            for name in Credentials.loginNames { inherited[name] = applicationVariables[name] ?? login[name] }
        }
        for setting in SettingsSchema.all { inherited[setting.variable] = nil }
        return inherited.merging(applicationVariables.filter { !Self.isForMasterOnly($0.key) }) { environment, _ in
            environment
        }.merging(settings.environment) { _, setting in setting }
    }

    /// Of the service manager, and what the master sets for each worker.
    private static func isForMasterOnly(_ name: String) -> Bool {
        WorkerEnvironment.names.contains(name) || serviceManagerVariables.contains(name) || name.hasPrefix("LISTEN_")
    }

    private static let serviceManagerVariables: Set = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"]

    // MARK: - Changes at a reload

    /// A setting whose value differs between two readings.
    struct Change: Equatable {
        /// The environment variable, which is also the key in the env file.
        let variable: String
        /// `unset` without a value.
        let old: String
        let new: String
        /// The old value stays until a restart.
        let needsRestart: Bool
    }

    /// The settings that differ from the running server's, in the order of the documentation.
    func changes(from running: Settings) -> [Change] {
        SettingsSchema.all.compactMap { setting in
            let old = setting.text(in: running)
            let new = setting.text(in: settings)
            guard old != new else { return nil }
            return Change(
                variable: setting.variable, old: old ?? "unset", new: new ?? "unset",
                needsRestart: setting.reloadRule == .restart)
        }
    }

    /// The application's keys of the env file that differ in the other configuration, without their values, which may be
    /// secrets.
    func applicationChanges(to other: ServerConfiguration) -> [(key: String, change: String)] {
        Set(applicationVariables.keys).union(other.applicationVariables.keys).sorted().compactMap { key in
            switch (applicationVariables[key], other.applicationVariables[key]) {
            case (nil, nil): nil
            case (nil, _?): (key, "added")
            case (_?, nil): (key, "removed")
            case (let old?, let new?): old == new ? nil : (key, "changed")
            }
        }
    }
}

extension Settings {
    /// These settings, but the running server's value of each that only a restart can change.
    func reloaded(over running: Settings) -> Settings {
        var settings = Settings()
        for setting in SettingsSchema.all {
            let source = setting.reloadRule == .restart ? running : self
            if let text = setting.text(in: source) { try? setting.read(text, into: &settings) }
        }
        return settings
    }
}
