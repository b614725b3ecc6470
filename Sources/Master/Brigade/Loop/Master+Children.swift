import Contract
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
        launch.environment[Inheritance.generation] = String(generation)
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

    /// A worker's descriptors: the listeners, its end of the channel, the scoreboard.
    private func start(_ id: Worker.ID, _ material: Generation) throws(Launch.Failure) -> WorkerProcess {
        var end: FileDescriptor?
        let control: ControlChannel
        do {
            control = try ControlChannel.pair(workerEnd: &end)
        } catch {
            throw .system(error)
        }
        guard let workerEnd = end.take() else { throw .system(SystemError("socketpair", errno: EBADF)) }
        let listeners = holdings.listeners
        let controlDescriptor = Int(Inheritance.firstDescriptor) + listeners.count
        var launch = Launch(material.executable, arguments: ["serve"], environment: material.environment)
        launch.descriptors = listeners.map(\.descriptor) + [workerEnd.number, holdings.scoreboard.descriptor]
        launch.namesItsPID = true
        launch.credentials = credentials
        launch.environment.merge([
            Inheritance.listenCount: String(listeners.count),
            Inheritance.listenNames: listeners.map { _ in "http" }.joined(separator: ":"),
            Inheritance.controlDescriptor: String(controlDescriptor),
            Inheritance.scoreboardDescriptor: String(controlDescriptor + 1),
            Inheritance.slot: String(id.slot),
            Inheritance.generation: String(id.generation),
        ]) { $1 }
        let child = try launch.start()
        // The child has its copy. Without ours, the channel ends when the child does.
        _ = consume workerEnd
        return WorkerProcess(id: id, child: child, control: control)
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

    private static func text(_ error: SystemError) -> String {
        switch error.errno {
        case ENOEXEC: "\(error); it is no program for this machine"
        case ENOENT: "\(error); the interpreter or loader that it names is not there"
        case EMFILE, ENFILE: "\(error); raise LimitNOFILE= or 'ulimit -n', or have fewer workers"
        case EAGAIN, ENOMEM: "\(error); raise TasksMax= or 'ulimit -u', or have fewer workers"
        default: "\(error)"
        }
    }

    /// What every child of a generation gets.
    func childEnvironment(_ plan: Plan, _ settings: Settings) -> [String: String] {
        var settings = settings
        settings.bind = holdings.listeners.map(\.address)
        return plan.childEnvironment(settings: settings)
    }
}
