import Contract
import Glibc
import Linux
import Platform
import Supervisor
import SystemPackage

/// What children of a generation are started from: an executable that was opened once, and the environment that its settings
/// make.
struct Generation {
    let executable: Executable
    let environment: [String: String]
    /// The settings as they were read for it. Those in effect, in which only a restart changes some, are the supervisor's.
    let configuration: ServerConfiguration
}

/// The processes that the master has started and not reaped yet.
final class ChildProcesses {
    private(set) var workers: [Worker.ID: WorkerProcess]
    private(set) var prestart: PrestartProcess?
    private(set) var upgradeCheck: UpgradeCheck?
    private let resources: ServerResources

    init(_ resources: ServerResources, resuming workers: [Worker.ID: WorkerProcess] = [:]) {
        self.resources = resources
        self.workers = workers
    }

    // MARK: Starting

    func startPrestart(_ generation: Int, from material: Generation) throws(Launch.Failure) {
        var launch = Launch(material.executable, arguments: ["prestart"], environment: material.environment)
        launch.environment[WorkerEnvironment.generation] = String(generation)
        launch.credentials = resources.credentials
        launch.ownsGroup = true
        prestart = PrestartProcess(generation: generation, child: try launch.start())
    }

    /// - Parameter logLevel: in the place of what the settings say.
    func startWorker(_ id: Worker.ID, from material: Generation, logLevel: LogLevel? = nil) throws(Launch.Failure) {
        resources.scoreboard.open(id.slot, generation: id.generation)
        do {
            workers[id] = try start(id, material, logLevel)
        } catch {
            resources.scoreboard.close(id.slot)
            throw error
        }
    }

    /// A worker's descriptors: the listening sockets, its end of the channel, the scoreboard.
    private func start(_ id: Worker.ID, _ material: Generation, _ logLevel: LogLevel?) throws(Launch.Failure)
        -> WorkerProcess
    {
        var end: OwnedDescriptor?
        let control: ControlChannel
        do {
            control = try ControlChannel.pair(workerEnd: &end)
        } catch {
            throw .system(error)
        }
        guard let workerEnd = end.take() else { throw .system(SystemError("socketpair", errno: .badFileDescriptor)) }
        let listeners = resources.listeners.all
        let controlDescriptor = Int(WorkerEnvironment.firstDescriptor) + listeners.count
        var launch = Launch(material.executable, arguments: ["serve"], environment: material.environment)
        launch.descriptors = listeners.map(\.descriptor) + [workerEnd.number, resources.scoreboard.descriptor]
        launch.setsListenPID = true
        launch.credentials = resources.credentials
        launch.environment.merge([
            WorkerEnvironment.listenCount: String(listeners.count),
            WorkerEnvironment.listenNames: listeners.map { _ in "http" }.joined(separator: ":"),
            WorkerEnvironment.controlDescriptor: String(controlDescriptor),
            WorkerEnvironment.scoreboardDescriptor: String(controlDescriptor + 1),
            WorkerEnvironment.slot: String(id.slot),
            WorkerEnvironment.generation: String(id.generation),
        ]) { $1 }
        if let logLevel { launch.environment[Settings.schema.logLevel.variable] = logLevel.rawValue }
        inheritAccessLog(&launch)
        let child = try launch.start()
        // The child has its copy. Without ours, the channel ends when the child does.
        _ = consume workerEnd
        return WorkerProcess(id: id, child: child, control: control)
    }

    /// An access log that is a descriptor of this process becomes one of the child, after its other descriptors.
    private func inheritAccessLog(_ launch: inout Launch) {
        let variable = Settings.schema.accessLog.variable
        guard let text = launch.environment[variable], case .descriptor(let log)? = try? AccessLogDestination(text),
            !log.isStandard
        else { return }
        let place = InheritedDescriptor(WorkerEnvironment.firstDescriptor + Int32(launch.descriptors.count))
        launch.descriptors.append(log.number)
        launch.environment[variable] = "\(AccessLogDestination.descriptor(place))"
    }

    func startUpgradeCheck(of executable: Executable, with snapshot: UpgradeSnapshot) throws {
        upgradeCheck = try UpgradeCheck(executable, snapshot, environment: Environment.variables)
    }

    /// The scoreboard's header is the master's, and every worker could write over it: a worker that starts then could not
    /// read it.
    /// - Returns: whether it had to be restored.
    func restoreScoreboard() -> Bool {
        let used = (workers.keys.map(\.slot).max() ?? -1) + 1
        return resources.scoreboard.restoreHeader(used: used)
    }

    // MARK: Reaping

    /// - Returns: nil if the worker still runs.
    func reap(_ worker: WorkerProcess) -> ExitStatus? {
        workers[worker.id] == nil ? nil : worker.child.reap()
    }

    /// The worker was reaped, and everything about it has been logged.
    func forget(_ worker: WorkerProcess) {
        workers[worker.id] = nil
    }

    func reap(_ process: PrestartProcess) -> ExitStatus? {
        guard let status = process.reap() else { return nil }
        prestart = nil
        return status
    }

    /// What the check has started ends with it.
    func reap(_ check: UpgradeCheck) -> ExitStatus? {
        guard let status = check.reap() else { return nil }
        upgradeCheck = nil
        return status
    }

    /// As PID 1 of a container this process inherits every orphan.
    /// - Returns: how many have exited.
    func reapOrphans() -> Int {
        guard getpid() == 1 else { return 0 }
        var own = Set(workers.values.map { $0.child.pid })
        if let prestart { own.insert(prestart.child.pid) }
        if let upgradeCheck { own.insert(upgradeCheck.child.pid) }
        return OrphanReaper.reap(except: own)
    }

    // MARK: What workers show

    func heartbeats() -> [Worker.ID: Heartbeat] {
        var heartbeats: [Worker.ID: Heartbeat] = [:]
        for id in workers.keys {
            let slot = resources.scoreboard.slot(id.slot)
            heartbeats[id] = Heartbeat(loop: slot.lastTick, poolOverdueSince: slot.poolOverdueSince)
        }
        return heartbeats
    }

    /// In bytes.
    func memory() -> [Worker.ID: Int] {
        workers.compactMapValues { ProcessStatus.memory(of: $0.child.pid) }
    }

    /// Its slot on the scoreboard.
    func slot(of worker: Worker) -> Scoreboard.Slot { resources.scoreboard.slot(worker.id.slot) }

    /// What the worker shows of its work, within what its settings allow.
    func account(of worker: Worker, in supervisor: Supervisor) -> Scoreboard.Slot.Account {
        slot(of: worker).account(since: worker.started, connections: mostConnections(of: worker, in: supervisor))
    }

    /// Each accept thread may take one connection too many.
    func mostConnections(of worker: Worker, in supervisor: Supervisor) -> Int {
        supervisor.settings(of: worker.id.generation).maxConnections + resources.listeners.count
    }

    // MARK: Errors

    /// Why a program that could be opened was not started, and what to do.
    static func text(_ error: SystemError) -> String {
        switch error.errno {
        case .execFormatError: "\(error); it is not a program for this machine, and not a script that begins with #!"
        case .noSuchFileOrDirectory: "\(error); the interpreter or loader that it names does not exist"
        case .tooManyOpenFiles, .tooManyOpenFilesInSystem:
            "\(error); raise LimitNOFILE= or 'ulimit -n', or have fewer workers"
        case .resourceTemporarilyUnavailable, .noMemory:
            "\(error); raise TasksMax= or 'ulimit -u', or have fewer workers"
        default: "\(error)"
        }
    }
}
