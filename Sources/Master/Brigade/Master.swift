import Contract
import Glibc
import Logging
import Platform
import Supervisor

/// The loop: it waits in one place, tells the supervisor what happened, and does what the supervisor decides.
final class Master {
    let plan: Plan
    let log: Logger
    let manager: ServiceManager
    let scoreboard: Scoreboard
    let inheritance: [String: String]
    var supervisor: Supervisor
    var listeners: [Listener]
    /// By generation.
    var executables: [Int: Executable]
    var workers: [Worker.ID: WorkerProcess] = [:]
    var prestart: PrestartProcess?
    /// The service manager's line, which says how the last reload went.
    var status = ""
    var end: ExitCode?
    private let signals: SignalDescriptor

    private enum Source {
        case signals
        case prestart(PrestartProcess)
        case process(WorkerProcess)
        case control(WorkerProcess)
    }

    /// Everything that can be refused before the first child is refused here.
    init(_ plan: Plan, log: Logger) throws(StartError) {
        let environment = plan.environment
        let executable = try plan.openWorker()
        listeners = try plan.openListeners()
        do {
            signals = try SignalDescriptor(Event.Signal.numbers.map(\.key) + [SIGCHLD])
            manager = try ServiceManager(name: environment[ServiceManager.variable])
            scoreboard = try Scoreboard.make()
        } catch {
            throw StartError(.usage, "\(error)")
        }
        self.plan = plan
        self.log = log
        executables = [1: executable]
        var settings = plan.settings
        settings.bind = listeners.map(\.address)
        inheritance = Self.inheritance(environment, settings)
        supervisor = Supervisor(
            Configuration(
                workers: plan.workers, prestart: settings.prestart, gracefulTimeout: settings.gracefulTimeout,
                bootTimeout: settings.bootTimeout, slots: Scoreboard.capacity - 1))
        if listeners.contains(where: \.isActivated) {
            log.info("the sockets are the service manager's, in the place of --bind")
        }
        for listener in listeners { log.info("listening on \(listener.address.url)") }
        if let reason = plan.reason { log.info("\(plan.workers) workers: \(reason)") }
    }

    func run() -> ExitCode {
        handle(.start)
        while true {
            if let end { return end }
            wait()
            handle(.deadline)
        }
    }

    private func wait() {
        var sources = [(Source.signals, signals.descriptor)]
        if let prestart { sources.append((.prestart(prestart), prestart.child.descriptor)) }
        for worker in workers.values {
            // What a worker said last is heard before its end.
            if !worker.isSilent { sources.append((.control(worker), worker.control.descriptor)) }
            sources.append((.process(worker), worker.child.descriptor))
        }
        let time = supervisor.nextDeadline.map { $0 - MonotonicClock.now }
        for index in Poll.wait(for: sources.map(\.1), atMost: time) where end == nil {
            switch sources[index].0 {
            case .signals: while let number = signals.next() { receive(number) }
            case .prestart(let prestart): reap(prestart)
            case .control(let worker): listen(to: worker)
            case .process(let worker): reap(worker)
            }
        }
    }

    /// Effects may be answered at once; the answers are events like any other.
    func handle(_ event: Event) {
        var events = [event]
        while !events.isEmpty, end == nil {
            for effect in supervisor.handle(events.removeFirst(), at: MonotonicClock.now) where end == nil {
                if let answer = perform(effect) { events.append(answer) }
            }
        }
    }
}
