import Contract
import Glibc
import Linux
import Logging
import Platform
import Supervisor

/// The loop: it waits in one place, tells the supervisor what happened, and does what the supervisor decides.
final class Master {
    private let resources: ServerResources
    private let children: ChildProcesses
    private let started: Duration
    private var supervisor: Supervisor
    /// What workers are started from, by generation.
    private var generations: [Int: Generation]
    private var pendingRequests = PendingControlRequests()
    private var stackReports = StackReports()
    private var traffic = TrafficWindow()
    private var memoryCache = ProcessMemoryCache()
    /// What `brigade log-level` has set, until the next reload.
    private var orderedLogLevel: LogLevel?
    private let eventLog: EventLog
    private let metrics: ServerMetrics
    /// What the service manager was told last.
    private var announcedStatus: String?
    /// Workers that hold a listening socket which was replaced, and that the supervisor does not know of yet.
    private var outdatedWorkers: Set<Worker.ID> = []
    /// It has shown that it can take over. Only while its check's exit is handled.
    private var provenExecutable: Executable?
    /// Set when the master ends.
    private var exitCode: ExitCode?

    /// A new server. Everything that can be refused before the first child is refused here.
    init(_ configuration: ServerConfiguration, log: Logger) throws(StartError) {
        let executable = try configuration.openWorker()
        try configuration.checkDescriptors()
        resources = try ServerResources(configuration, log)
        children = ChildProcesses(resources)
        eventLog = EventLog(log, children, ServerHistory(), RecentEvents())
        started = MonotonicClock.now
        metrics = ServerMetrics(started: started, log: log)
        supervisor = Supervisor(
            configuration.settings, capacity: Scoreboard.capacity - 1,
            watchdog: ServiceManager.watchdog(configuration.environment))
        generations = [:]
        generations[1] = generation(of: executable, configuration, configuration.settings)
        for listener in resources.listeners.all { log.info("listening on \(listener.address.url)") }
        if let control = resources.controlServer { log.info("control socket at \(control.listener.address)") }
        if let metrics = resources.metricsServer { log.info("metrics at \(metrics.listener.address.url)") }
        if let reason = configuration.workersReason { log.info("\(configuration.workers) workers: \(reason)") }
    }

    /// A running server, in the place of another image of this process.
    init(_ state: ResumedState, log: Logger) {
        resources = state.resources
        children = ChildProcesses(resources, resuming: state.workers)
        let history = ServerHistory(
            resuming: state.snapshot.totals, lastChange: state.snapshot.lastChange, lastLoss: state.snapshot.lastLoss)
        eventLog = EventLog(log, children, history, state.snapshot.recentEvents.value ?? RecentEvents())
        started = state.snapshot.started
        metrics = ServerMetrics(started: started, resuming: state.snapshot.metrics ?? MetricsState(), log: log)
        supervisor = state.supervisor
        generations = state.generations
    }

    private var log: Logger { eventLog.logger }

    // MARK: The loop

    private enum Source {
        case signals
        case prestart(PrestartProcess)
        case upgradeCheck(UpgradeCheck)
        case process(WorkerProcess)
        case messages(WorkerProcess)
        case listener
        case controlServer
        case metricsServer
    }

    /// Runs until the server has stopped.
    /// - Parameter first: `start`, or `resumed`.
    func run(_ first: Event) -> ExitCode {
        reapOrphans()
        repairListeners()
        handle(first)
        while true {
            reportOutdatedWorkers()
            if let exitCode { return exitCode }
            wait()
            if let due = resources.listeners.repairDue, due <= MonotonicClock.now { repairListeners() }
            handle(.heartbeats(children.heartbeats()))
            handle(.deadline)
            measureTraffic()
            answer(stackReports.expire(at: MonotonicClock.now, state: ProcessStatus.state))
            let staying = supervisor.workers.count { !$0.isLeaving }
            answer(
                pendingRequests.workersChanged(
                    ready: supervisor.readyWorkers, living: staying, target: supervisor.target))
        }
    }

    private func wait() {
        let now = MonotonicClock.now
        var sources = [(Source.signals, Poll.Interest(resources.signals.descriptor))]
        if let prestart = children.prestart {
            sources.append((.prestart(prestart), Poll.Interest(prestart.child.descriptor)))
        }
        if let check = children.upgradeCheck {
            sources.append((.upgradeCheck(check), Poll.Interest(check.child.descriptor)))
        }
        for worker in children.workers.values {
            // A worker's last message is heard before its exit.
            if worker.isHeard(at: now) { sources.append((.messages(worker), Poll.Interest(worker.control.descriptor))) }
            sources.append((.process(worker), Poll.Interest(worker.child.descriptor)))
        }
        for listener in resources.listeners.watched {
            sources.append((.listener, Poll.Interest(hangupOf: listener.descriptor)))
        }
        let firstOfControl = sources.count
        if let control = resources.controlServer { sources += control.interests.map { (.controlServer, $0) } }
        let firstOfMetrics = sources.count
        if let metrics = resources.metricsServer { sources += metrics.interests.map { (.metricsServer, $0) } }

        let ready = Poll.wait(for: sources.map(\.1), atMost: deadline(now).map { $0 - MonotonicClock.now })
        for one in ready where exitCode == nil {
            switch sources[one.index].0 {
            case .signals: while let number = resources.signals.next() { receive(number) }
            case .prestart(let prestart): reap(prestart)
            case .upgradeCheck(let check): reap(check)
            case .messages(let worker): receiveMessages(of: worker)
            case .process(let worker): reap(worker)
            case .listener: repairListeners()
            case .controlServer, .metricsServer: break
            }
        }
        resources.manager.flush()
        LogOutput.flush()
        func part(_ range: Range<Int>) -> [Poll.Readiness] {
            ready.filter { range.contains($0.index) }.map {
                Poll.Readiness(
                    index: $0.index - range.lowerBound, isReadable: $0.isReadable, isWritable: $0.isWritable)
            }
        }
        serveControl(part(firstOfControl..<firstOfMetrics))
        if let server = resources.metricsServer, exitCode == nil {
            metrics.serve(
                server, part(firstOfMetrics..<sources.count), status, children, &memoryCache, eventLog.recent)
        }
    }

    private func deadline(_ now: Duration) -> Duration? {
        var deadlines = [
            supervisor.nextDeadline, resources.controlServer?.nextDeadline, resources.metricsServer?.nextDeadline,
            resources.listeners.repairDue, stackReports.deadline, resources.controlServer.flatMap { _ in traffic.due },
        ].compactMap(\.self)
        if metrics.isMeasuring { deadlines.append(now) }
        if resources.metricsServer != nil { deadlines.append(metrics.sampleDue) }
        if resources.manager.hasPending || LogOutput.isWaiting { deadlines.append(now + Self.retryInterval) }
        deadlines += children.workers.values.compactMap(\.pausedUntil).filter { $0 > now }
        return deadlines.min()
    }

    /// Before the service manager and the log are offered again what they had no room for.
    private static let retryInterval = Duration.milliseconds(100)

    /// Effects may be answered at once; the answers are events like any other.
    private func handle(_ event: Event) {
        var events = [event]
        while !events.isEmpty, exitCode == nil {
            for effect in supervisor.handle(events.removeFirst(), at: MonotonicClock.now) where exitCode == nil {
                if let answer = perform(effect) { events.append(answer) }
            }
        }
    }

    // MARK: Effects

    /// - Returns: the answer, if the effect has one at once.
    private func perform(_ effect: Effect) -> Event? {
        switch effect {
        case .runPrestart(let generation): return startPrestart(generation)
        case .signalPrestart(let signal): children.prestart?.signal(signal.number)
        case .spawn(let id): return startWorker(id)
        case .send(let message, let id): children.workers[id]?.send(message)
        case .signal(let signal, let id): children.workers[id]?.child.signal(signal.number)
        case .openGeneration(let generation): return open(generation)
        case .commitGeneration: useLogSettings()
        case .closeGeneration(let generation): generations[generation] = nil
        case .measureMemory: return .memoryMeasured(children.memory())
        case .checkUpgrade: return startUpgradeCheck()
        case .killUpgradeCheck: children.upgradeCheck?.child.signalGroup(SIGKILL)
        case .replaceProcess: return replaceProcess()
        case .closeListeners: closeListeners()
        case .reopenLog: reopenLog()
        case .announce(let announcement): announce(announcement)
        case .log(let event): write(event)
        case .exit(let code): end(code)
        }
        return nil
    }

    private func startPrestart(_ generation: Int) -> Event? {
        guard let material = generations[generation] else {
            return .prestartExited(generation: generation, Self.closedGeneration)
        }
        do {
            try children.startPrestart(generation, from: material)
            return nil
        } catch {
            return notStarted(error).map { .prestartExited(generation: generation, $0) }
        }
    }

    private func startWorker(_ id: Worker.ID) -> Event? {
        guard let material = generations[id.generation] else { return .workerExited(id, Self.closedGeneration) }
        _ = restoreScoreboard()
        do {
            // A reload brings the settings' level back, its first worker already.
            let level = id.generation == supervisor.generation ? orderedLogLevel : nil
            try children.startWorker(id, from: material, logLevel: level)
            metrics.workerStarted()
            eventLog.writeWorkerStarted(id)
            return nil
        } catch {
            return notStarted(error).map { .workerExited(id, $0) }
        }
    }

    private static let closedGeneration = ExitStatus.notStarted("its generation is closed")

    /// Nil if the master must end.
    private func notStarted(_ failure: Launch.Failure) -> ExitStatus? {
        switch failure {
        case .system(let error): return .notStarted(ChildProcesses.text(error))
        case .threads(let count):
            log.critical("this master has \(count) threads and cannot fork safely: it ends, and its workers with it")
            exitCode = .invariant
            return nil
        }
    }

    private func restoreScoreboard() -> Bool {
        guard children.restoreScoreboard() else { return false }
        log.error("a worker, or what it has started, has written over the scoreboard's header: it is restored")
        return true
    }

    /// The workers have copies of the sockets: they are told to serve what is queued, and then to refuse connections.
    private func closeListeners() {
        guard resources.listeners.close() else { return }
        for worker in children.workers.values { worker.send(.close) }
    }

    private func useLogSettings() {
        orderedLogLevel = nil
        eventLog.logger.logLevel = supervisor.settings.logLevel.level
        LogOutput.use(supervisor.settings.logFormat, LogProcess(.master))
    }

    private func reopenLog() {
        guard let path = supervisor.settings.errorLog else { return }
        do {
            try LogOutput.reopen(path, owner: resources.credentials?.user)
        } catch {
            log.error("the error log \(path) cannot be reopened; logging goes on in the old file: \(error)")
        }
    }

    private func announce(_ announcement: Effect.Announcement) {
        switch announcement {
        case .ready: resources.manager.ready(status: status.line)
        case .reloading: resources.manager.reloading()
        case .stopping: resources.manager.stopping()
        case .alive: resources.manager.alive()
        case .extend(let time): resources.manager.extend(by: time)
        }
    }

    private func end(_ code: ExitCode) {
        closeListeners()
        exitCode = code
        if code == .ok { log.info("stopped") }
        answer(pendingRequests.serverEnded(code) + stackReports.failAll("the server has exited: \(code.reason)"))
        resources.manager.flush()
    }

    // MARK: Generations

    /// The settings as they were read for the generation that serves.
    private var configuration: ServerConfiguration { generations[supervisor.generation]!.configuration }

    private func generation(of executable: Executable, _ configuration: ServerConfiguration, _ settings: Settings)
        -> Generation
    {
        var settings = settings
        settings.bind = resources.listeners.all.map(\.address)
        return Generation(
            executable: executable,
            environment: configuration.childEnvironment(settings: settings, as: resources.credentials),
            configuration: configuration)
    }

    /// Opens the executable and reads the env file, both again.
    private func open(_ number: Int) -> Event {
        restoreNames()
        repairListeners()
        do {
            let next = try configuration.reread()
            let executable = try next.openWorker()
            try next.checkDescriptors()
            logChanges(next)
            if let present = generations[supervisor.generation]?.executable, executable.isSameFile(as: present) {
                log.info("the worker is the same file as before: \(next.worker)")
            }
            let settings = next.settings.reloaded(over: supervisor.settings)
            generations[number] = generation(of: executable, next, settings)
            return .generationOpened(number, settings)
        } catch {
            return .generationOpenFailed(number, reason: "\(error)")
        }
    }

    /// A reload repairs the master's own unix sockets too.
    private func restoreNames() {
        do throws(ListenError) {
            if try resources.controlServer?.restoreName() == true {
                log.notice("the control socket was removed: it is restored")
            }
        } catch {
            log.warning("the control socket was removed and cannot be restored: \(error)")
        }
        do throws(ListenError) {
            if try resources.metricsServer?.restoreName() == true {
                log.notice("the metrics socket was removed: it is restored")
            }
        } catch {
            log.warning("the metrics socket was removed and cannot be restored: \(error)")
        }
    }

    private func logChanges(_ next: ServerConfiguration) {
        for warning in next.warnings where !configuration.warnings.contains(warning) { log.warning("\(warning)") }
        if let file = configuration.envFile, next.envFile == nil {
            log.warning("the env file \(file) is gone: its settings and variables no longer apply")
        }
        for change in next.changes(from: supervisor.settings) {
            let text = "\(change.variable) changes from \(change.old) to \(change.new)"
            if change.needsRestart {
                log.warning("\(text) only at a restart: it stays as it is")
            } else {
                log.info("\(text)")
            }
        }
        for (key, change) in configuration.applicationChanges(to: next) {
            log.info("\(key), a variable of the application, was \(change)")
        }
    }

    // MARK: Signals and children

    private func receive(_ number: Int32) {
        switch number {
        // A child has exited. If it is one of ours, its own descriptor says so too.
        case SIGCHLD: reapOrphans()
        case SIGABRT: abort()
        default: break
        }
        if let signal = Event.Signal.numbers[number] { handle(.signal(signal)) }
    }

    /// Signals that are read by the loop, and so have no other effect.
    static let signals = Event.Signal.numbers.map(\.key) + [SIGCHLD, SIGABRT]

    /// The state goes to the log before the signal takes its usual course (abort(3)).
    private func abort() {
        log.critical("aborted; the state follows")
        for line in report().text.split(separator: "\n") { log.critical("\(line)") }
        for worker in supervisor.workers {
            eventLog.writeInFlight(children.account(of: worker, in: supervisor), worker.id)
        }
        LogOutput.finish()
        CurrentProcess.abort()
    }

    /// A worker that never stops sending must not keep the master from the others.
    private func receiveMessages(of worker: WorkerProcess) {
        for _ in 0..<Self.messagesPerTurn {
            guard worker.isHeard(at: MonotonicClock.now), receiveMessage(of: worker) else { return }
        }
    }

    private static let messagesPerTurn = 8

    /// - Returns: whether there may be another message.
    private func receiveMessage(of worker: WorkerProcess) -> Bool {
        switch worker.receive(at: MonotonicClock.now, sendsStacks: stackReports.isExpected(from: worker.id)) {
        case .message(.stacks(let part), _):
            answer(stackReports.receive(part, from: worker.id))
            return true
        case .message(let message, let isTooMany):
            if isTooMany {
                log.warning(
                    "a worker sends too many messages: the master reads at most \(MessageRateLimit.most) per second",
                    metadata: eventLog.metadata(worker.id))
            }
            handle(.message(message, from: worker.id))
            return true
        case .unknown:
            log.warning(
                "a worker sends a message that this master does not know: it is not heard any more",
                metadata: eventLog.metadata(worker.id))
            return false
        case nil: return false
        }
    }

    private func reap(_ worker: WorkerProcess) {
        // Its last messages, whether the rate limit has been reached or not.
        for _ in 0..<MessageRateLimit.most { guard receiveMessage(of: worker) else { break } }
        if let ended = supervisor.workers.first(where: { $0.id == worker.id }), worker.child.hasEnded {
            metrics.workerEnded(ended, pid: worker.child.pid, children.slot(of: ended))
        }
        guard let status = children.reap(worker) else { return }
        worker.postMortem = eventLog.history.postMortem(account(of: worker.id))
        resources.scoreboard.close(worker.id.slot)
        answer(stackReports.exited(worker.id))
        handle(.workerExited(worker.id, status))
        children.forget(worker)
        memoryCache.forget(worker.child.pid)
        reapOrphans()
    }

    private func reap(_ process: PrestartProcess) {
        guard let status = children.reap(process) else { return }
        handle(.prestartExited(generation: process.generation, status))
        reapOrphans()
    }

    private func reapOrphans() {
        let count = children.reapOrphans()
        if count > 0 { log.debug("\(count) orphan processes have exited") }
    }

    private func account(of id: Worker.ID) -> Scoreboard.Slot.Account {
        supervisor.workers.first { $0.id == id }.map { children.account(of: $0, in: supervisor) } ?? .empty
    }

    // MARK: Listening sockets

    private func repairListeners() {
        if resources.listeners.repair(supervisor.settings, log) { outdatedWorkers.formUnion(children.workers.keys) }
        reportStatus()
    }

    /// Between two events, so that no event comes before the answer to another.
    private func reportOutdatedWorkers() {
        guard !outdatedWorkers.isEmpty else { return }
        let ids = outdatedWorkers
        outdatedWorkers = []
        handle(.listenerReplaced(ids))
    }

    // MARK: Log and status

    private func write(_ event: OperatorEvent) {
        metrics.handle(event)
        eventLog.write(event)
        answer(pendingRequests.handle(event))
        reportStatus()
    }

    private var status: ServerStatus {
        ServerStatus(
            supervisor: supervisor, listeners: resources.listeners, history: eventLog.history, traffic: traffic,
            recent: eventLog.recent)
    }

    private func reportStatus() {
        let line = status.line
        guard announcedStatus != line else { return }
        announcedStatus = line
        resources.manager.status(line)
    }

    // MARK: The control socket

    private func serveControl(_ ready: [Poll.Readiness]) {
        guard let control = resources.controlServer else { return }
        let requests = control.handle(ready, at: MonotonicClock.now) {
            pendingRequests.remove($0)
            stackReports.remove($0)
        } dropped: { request in
            if request.onlyAsks { return }
            log.notice("ignoring '\(request.line)': its client on the control socket did not wait for a reply")
        }
        for (client, request) in requests where exitCode == nil { perform(request, for: client, control) }
    }

    private func perform(_ request: ControlRequest, for client: Int, _ control: ControlServer) {
        let now = MonotonicClock.now
        switch request {
        case .status(let asJSON):
            let report = report()
            control.answer(client, .success(asJSON ? report.json : report.text), at: now)
        case .inFlight(let limit, let asJSON):
            let report = status.inFlight(children, limit: limit)
            control.answer(client, .success(asJSON ? ReportJSON.text(report) : report.text), at: now)
        case .reload(let waits):
            if isStopping { return control.answer(client, .failure("the server is stopping"), at: now) }
            if waits { pendingRequests.add(.reload(after: supervisor.newestGeneration), for: client) }
            handle(.signal(.hangup))
            if !waits { control.answer(client, .success("reload requested; its outcome is in the log"), at: now) }
        case .stop(let waits):
            if waits { pendingRequests.add(.stop, for: client) }
            // Unlike a second signal, a second request does not ask for more haste.
            if !isStopping { handle(.signal(.terminate)) }
            if !waits { control.answer(client, .success("the server is stopping; the log says when it has"), at: now) }
        case .scale(let count):
            if isStopping { return control.answer(client, .failure("the server is stopping"), at: now) }
            pendingRequests.add(.scale(count), for: client)
            handle(.scale(to: count))
        case .drain(let slot, let waits): drain(slot, waits: waits, for: client, control)
        case .logLevel(let level):
            order(level)
            control.answer(
                client, .success("the log level is \(level.rawValue) until the next reload"), at: now)
        case .stacks(let slot, let asJSON): requestStacks(of: slot, asJSON: asJSON, for: client, control)
        }
    }

    private func drain(_ slot: Int, waits: Bool, for client: Int, _ control: ControlServer) {
        let now = MonotonicClock.now
        if isStopping { return control.answer(client, .failure("the server is stopping"), at: now) }
        guard let worker = supervisor.workers.first(where: { $0.id.slot == slot }) else {
            return control.answer(client, .failure(noWorker(slot)), at: now)
        }
        guard worker.isReady || worker.isLeaving else {
            let reason = "worker \(slot) is \(worker.state.name), and serves nobody: there is nothing to drain"
            return control.answer(client, .failure(reason), at: now)
        }
        if waits { pendingRequests.add(.drain(worker.id), for: client) }
        handle(.replace(worker.id))
        if !waits {
            let text =
                worker.isLeaving
                ? "worker \(slot) is \(worker.state.name) already"
                : "worker \(slot) of generation \(worker.id.generation) drains when its replacement is ready"
            control.answer(client, .success(text), at: now)
        }
    }

    /// Workers that start later, of the generation that serves, get it by their environment.
    private func order(_ level: LogLevel) {
        orderedLogLevel = level
        // In the log that shows it.
        let isShownBefore = log.logLevel <= .notice
        if isShownBefore { log.notice("an operator sets the log level to \(level.rawValue) until the next reload") }
        eventLog.logger.logLevel = level.level
        if !isShownBefore { log.notice("an operator has set the log level to \(level.rawValue) until the next reload") }
        for worker in children.workers.values { worker.send(.logLevel(level)) }
    }

    private func requestStacks(of slot: Int, asJSON: Bool, for client: Int, _ control: ControlServer) {
        let now = MonotonicClock.now
        guard let worker = supervisor.workers.first(where: { $0.id.slot == slot }),
            let process = children.workers[worker.id]
        else { return control.answer(client, .failure(noWorker(slot)), at: now) }
        let pid = process.child.pid
        // It could be of another build, or just starting: then the signal might end it.
        guard ProcessStatus.catches(SIGUSR2, pid) else {
            let reason = "worker \(slot) (pid \(pid)) cannot show its stacks: it is just starting, or of an older build"
            return control.answer(client, .failure(reason), at: now)
        }
        if stackReports.add(worker.id, pid: pid, for: client, asJSON: asJSON, at: now) { process.child.signal(SIGUSR2) }
    }

    private func noWorker(_ slot: Int) -> String {
        let slots = supervisor.workers.map { "\($0.id.slot)" }
        let shown = slots.prefix(20).joined(separator: ", ") + (slots.count > 20 ? ", ..." : "")
        return slots.isEmpty ? "there are no workers now" : "there is no worker \(slot); the workers are \(shown)"
    }

    /// `brigade status` compares with it.
    private func measureTraffic() {
        let now = MonotonicClock.now
        guard resources.controlServer != nil, traffic.due.map({ $0 <= now }) ?? true else { return }
        traffic.record(status.measurement(children), at: now)
    }

    private var isStopping: Bool {
        if case .stopping = supervisor.state { true } else { false }
    }

    private func answer(_ answered: [(client: Int, reply: ControlReply)]) {
        for (client, reply) in answered { resources.controlServer?.answer(client, reply, at: MonotonicClock.now) }
    }

    /// Within it, a status does not measure a process's memory again.
    private static let memoryLifetime = Duration.seconds(3)

    private func report() -> StatusReport {
        let now = MonotonicClock.now
        return status.report(children, masterStarted: started) {
            memoryCache.memory(of: $0, within: Self.memoryLifetime, at: now)
        }
    }

    // MARK: Upgrade

    /// Has the executable that is now at this program's path show, in a child, that it could take over.
    private func startUpgradeCheck() -> Event? {
        do {
            let executable = try Executable(opening: BrigadeExecutable.path)
            try children.startUpgradeCheck(of: executable, with: snapshot(program: 0))
            return nil
        } catch let failure as Launch.Failure {
            return notStarted(failure).map(Event.upgradeCheckExited)
        } catch {
            return .upgradeCheckExited(.notStarted("\(BrigadeExecutable.path): \(error)"))
        }
    }

    private func reap(_ check: UpgradeCheck) {
        guard let status = children.reap(check) else { return }
        provenExecutable = status == .success ? check.executable : nil
        handle(.upgradeCheckExited(status))
        provenExecutable = nil
        reapOrphans()
    }

    /// Replaces this process's executable by the one that has just shown that it can take over.
    private func replaceProcess() -> Event {
        guard let successor = provenExecutable else { return .upgradeFailed(reason: "no executable was checked") }
        // It is restored by then; but whoever writes there may be about to do more.
        if restoreScoreboard() {
            return .upgradeFailed(
                reason: "a worker, or what it has started, had written over the scoreboard's header; ask again")
        }
        let reason = UpgradeHandshake.replaceProcess(by: successor) {
            snapshot(program: $0)
        } prepare: {
            resources.manager.flush()
            LogOutput.flush()
            // Clients' connections do not go across.
            let reason = "the master is being replaced (USR2); ask the new one"
            answer(pendingRequests.failAll(reason) + stackReports.failAll(reason))
        }
        return .upgradeFailed(reason: reason)
    }

    private func snapshot(program descriptor: Int32) -> UpgradeSnapshot {
        UpgradeSnapshot(
            resources, children, generations, eventLog, metrics.state, supervisor.snapshot, started: started,
            program: descriptor)
    }
}

extension Event.Signal {
    fileprivate static let numbers: [Int32: Event.Signal] = [
        SIGTERM: .terminate, SIGINT: .interrupt, SIGQUIT: .quit, SIGHUP: .hangup, SIGTTIN: .oneMore, SIGTTOU: .oneFewer,
        SIGUSR1: .user1, SIGUSR2: .user2, SIGWINCH: .windowChange,
    ]
}

extension Effect.ProcessSignal {
    fileprivate var number: Int32 {
        switch self {
        case .terminate: SIGTERM
        case .abort: SIGABRT
        case .kill: SIGKILL
        }
    }
}

extension BindAddress {
    /// What a person can give to a browser, if there is such a thing.
    fileprivate var url: String {
        switch self {
        case .tcp: "http://\(self)"
        case .unix: description
        }
    }
}
