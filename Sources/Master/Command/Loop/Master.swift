import Contract
import Linux
import Glibc
import Logging
import Platform
import Supervisor

/// The loop: it waits in one place, tells the supervisor what happened, and does what the supervisor decides.
final class Master {
    /// Of what new workers are told, the present one; a reload reads it anew.
    var plan: ServerConfiguration
    /// The settings of the generation that serves.
    var running: Settings
    var log: Logger
    let holdings: Holdings
    let credentials: Credentials?
    let started: Duration
    var supervisor: Supervisor
    var generations: [Int: Generation]
    /// Plans of generations that are not proved yet.
    var plans: [Int: ServerConfiguration] = [:]
    var workers: [Worker.ID: WorkerProcess] = [:]
    var prestart: PrestartProcess?
    var upgradeCheck: UpgradeCheck?
    /// The one that has shown that it can take over.
    var provenExecutable: Executable?
    var pendingRequests = PendingControlRequests()
    var totals = Totals()
    /// How the last reload or upgrade went.
    var lastChange: String?
    /// How the last worker ended that nobody had told to.
    var lastLoss: String?
    var toldStatus: String?
    var oomKills = ControlGroup.oomKills ?? 0
    /// Workers without a listener that has taken another's place.
    var outdated: Set<Worker.ID> = []
    /// Listeners that nobody can connect to and that could not be mended, and why.
    var unreachable: [BindAddress: String] = [:]
    /// When that is tried again.
    var mendingDue: Duration?
    var end: ExitCode?

    private enum Source {
        case signals
        case prestart(PrestartProcess)
        case upgradeCheck(UpgradeCheck)
        case process(WorkerProcess)
        case control(WorkerProcess)
        case listener
        case controlServer
    }

    /// A new server. Everything that can be refused before the first child is refused here.
    init(_ plan: ServerConfiguration, log: Logger) throws(StartError) {
        let executable = try plan.openWorker()
        try plan.checkDescriptors()
        holdings = try Holdings(plan, log)
        credentials = try plan.credentials()
        self.plan = plan
        running = plan.settings
        self.log = log
        started = MonotonicClock.now
        supervisor = Supervisor(plan.configuration)
        generations = [:]
        generations[1] = generation(of: executable, environment: childEnvironment(plan, plan.settings))
        for listener in holdings.listeners { log.info("listening on \(listener.address.url)") }
        if let controlServer = holdings.controlServer {
            log.info("control socket at \(controlServer.listener.address)")
        }
        if let reason = plan.workersReason { log.info("\(plan.workers) workers: \(reason)") }
    }

    /// A server that lives already, in the place of another image of this process.
    init(_ plan: ServerConfiguration, log: Logger, resuming estate: consuming Estate) {
        self.plan = plan
        running = estate.running
        self.log = log
        holdings = estate.holdings
        credentials = estate.handover.credentials
        started = estate.handover.started
        supervisor = Supervisor(resuming: estate.handover.supervisor)
        generations = estate.generations
        workers = estate.workers
        totals = estate.handover.totals
        lastChange = estate.handover.lastChange
    }

    /// Until the server has stopped.
    /// - Parameter beginning: `start`, or `resumed`.
    func run(_ beginning: Event) -> ExitCode {
        reapStrangers()
        mendListeners()
        handle(beginning)
        while true {
            tellOutdated()
            if let end { return end }
            wait()
            if let mendingDue, mendingDue <= MonotonicClock.now { mendListeners() }
            handle(.vitals(vitals))
            handle(.deadline)
            answerPendingRequests()
        }
    }

    private func wait() {
        let now = MonotonicClock.now
        var sources = [(Source.signals, Poll.Interest(holdings.signals.descriptor))]
        if let prestart { sources.append((.prestart(prestart), Poll.Interest(prestart.child.descriptor))) }
        if let check = upgradeCheck { sources.append((.upgradeCheck(check), Poll.Interest(check.child.descriptor))) }
        for worker in workers.values {
            // What a worker said last is heard before its end.
            if !worker.isSilent, !worker.limit.rests(at: now) {
                sources.append((.control(worker), Poll.Interest(worker.control.descriptor)))
            }
            sources.append((.process(worker), Poll.Interest(worker.child.descriptor)))
        }
        for listener in holdings.listeners where unreachable[listener.address] == nil {
            sources.append((.listener, Poll.Interest(hangupOf: listener.descriptor)))
        }
        let firstOfControl = sources.count
        if let controlServer = holdings.controlServer {
            sources += controlServer.interests.map { (.controlServer, $0) }
        }

        var deadlines = [supervisor.nextDeadline, holdings.controlServer?.nextDeadline, mendingDue].compactMap(\.self)
        if holdings.manager.hasPending { deadlines.append(now + Self.nextTry) }
        deadlines += workers.values.compactMap(\.limit.restsUntil).filter { $0 > now }
        let ready = Poll.wait(for: sources.map(\.1), atMost: deadlines.min().map { $0 - MonotonicClock.now })
        for one in ready where end == nil {
            switch sources[one.index].0 {
            case .signals: while let number = holdings.signals.next() { receive(number) }
            case .prestart(let prestart): reap(prestart)
            case .upgradeCheck(let check): reap(check)
            case .control(let worker): listen(to: worker)
            case .process(let worker): reap(worker)
            case .listener: mendListeners()
            case .controlServer: break
            }
        }
        holdings.manager.flush()
        serveControl(
            ready.filter { $0.index >= firstOfControl }.map {
                Poll.Readiness(index: $0.index - firstOfControl, isReadable: $0.isReadable, isWritable: $0.isWritable)
            })
    }

    /// Before the service manager is offered again what it had no room for.
    private static let nextTry = Duration.milliseconds(100)

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
