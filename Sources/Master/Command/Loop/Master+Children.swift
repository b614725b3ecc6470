import Contract
import Linux
import Glibc
import Logging
import Platform
import Supervisor

extension Master {
    func startPrestart(_ generation: Int) -> Event? {
        guard let material = generations[generation] else {
            return .prestartEnded(generation: generation, Self.closed)
        }
        var launch = Launch(material.executable, arguments: ["prestart"], environment: material.environment)
        launch.environment[WorkerEnvironment.generation] = String(generation)
        launch.credentials = credentials
        launch.ownsGroup = true
        do {
            prestart = PrestartProcess(generation: generation, child: try launch.start())
            return nil
        } catch {
            return notStarted(error).map { .prestartEnded(generation: generation, $0) }
        }
    }

    func startWorker(_ id: Worker.ID) -> Event? {
        guard let material = generations[id.generation] else { return .ended(id, Self.closed) }
        _ = restoreScoreboard()
        holdings.scoreboard.open(id.slot, generation: id.generation)
        do {
            let worker = try start(id, material)
            workers[id] = worker
            log.info("worker started", metadata: metadata(id))
            return nil
        } catch {
            holdings.scoreboard.close(id.slot)
            return notStarted(error).map { .ended(id, $0) }
        }
    }

    /// The scoreboard's header is the master's, and every worker could write over it: none that starts then could read it.
    /// - Returns: whether it had to be restored.
    func restoreScoreboard() -> Bool {
        let used = (workers.keys.map(\.slot).max() ?? -1) + 1
        guard holdings.scoreboard.restoreHeader(used: used) else { return false }
        log.error("a worker, or what that has started, has written over the scoreboard's header: it is restored")
        return true
    }

    /// A worker's descriptors: the listeners, its end of the channel, the scoreboard.
    private func start(_ id: Worker.ID, _ material: Generation) throws(Launch.Failure) -> WorkerProcess {
        var end: OwnedDescriptor?
        let control: ControlChannel
        do {
            control = try ControlChannel.pair(workerEnd: &end)
        } catch {
            throw .system(error)
        }
        guard let workerEnd = end.take() else { throw .system(SystemError("socketpair", errno: EBADF)) }
        let listeners = holdings.listeners
        let controlDescriptor = Int(WorkerEnvironment.firstDescriptor) + listeners.count
        var launch = Launch(material.executable, arguments: ["serve"], environment: material.environment)
        launch.descriptors = listeners.map(\.descriptor) + [workerEnd.number, holdings.scoreboard.descriptor]
        launch.namesItsPID = true
        launch.credentials = credentials
        launch.environment.merge([
            WorkerEnvironment.listenCount: String(listeners.count),
            WorkerEnvironment.listenNames: listeners.map { _ in "http" }.joined(separator: ":"),
            WorkerEnvironment.controlDescriptor: String(controlDescriptor),
            WorkerEnvironment.scoreboardDescriptor: String(controlDescriptor + 1),
            WorkerEnvironment.slot: String(id.slot),
            WorkerEnvironment.generation: String(id.generation),
        ]) { $1 }
        handOverLog(&launch)
        let child = try launch.start()
        // The child has its copy. Without ours, the channel ends when the child does.
        _ = consume workerEnd
        return WorkerProcess(id: id, child: child, control: control)
    }

    /// An access log that is a descriptor of this process is one of the child's too, after its others.
    private func handOverLog(_ launch: inout Launch) {
        let variable = Settings.schema.accessLog.variable
        guard let text = launch.environment[variable], case .descriptor(let log)? = try? AccessLogDestination(text),
            !log.isStandard
        else { return }
        let place = InheritedDescriptor(WorkerEnvironment.firstDescriptor + Int32(launch.descriptors.count))
        launch.descriptors.append(log.number)
        launch.environment[variable] = "\(AccessLogDestination.descriptor(place))"
    }

    /// Nil when it was no ordinary failure, and the master ends.
    func notStarted(_ failure: Launch.Failure) -> Ending? {
        switch failure {
        case .system(let error): return .notStarted(Self.text(error))
        case .threads(let count):
            log.critical("this master has \(count) threads and cannot fork safely: it ends, and its workers with it")
            end = .invariant
            return nil
        }
    }

    private static let closed = Ending.notStarted("its generation is closed")

    /// Why a program that could be opened was not started, and what to do.
    static func text(_ error: SystemError) -> String {
        switch error.errno {
        case ENOEXEC: "\(error); it is no program for this machine, and no script that begins with #!"
        case ENOENT: "\(error); the interpreter or loader that it names is not there"
        case EMFILE, ENFILE: "\(error); raise LimitNOFILE= or 'ulimit -n', or have fewer workers"
        case EAGAIN, ENOMEM: "\(error); raise TasksMax= or 'ulimit -u', or have fewer workers"
        default: "\(error)"
        }
    }

    func generation(of executable: Executable, environment: [String: String]) -> Generation {
        Generation(executable: executable, environment: environment, listeners: holdings.listeners.count)
    }

    /// What every child of a generation gets.
    func childEnvironment(_ plan: ServerConfiguration, _ settings: Settings) -> [String: String] {
        var settings = settings
        settings.bind = holdings.listeners.map(\.address)
        return plan.childEnvironment(settings: settings, as: credentials)
    }
}
