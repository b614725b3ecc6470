import Contract
import Foundation
import Supervisor

/// What surrounds a supervisor, as far as it can tell: processes that live until something ends them.
struct SimulatedMaster {
    var supervisor: Supervisor
    var now = Duration.seconds(1000)
    /// Every worker whose process lives, oldest first.
    var living: [Worker.ID] = []
    /// The generation whose prestart runs.
    var prestart: Int?
    var isPrestartToldToEnd = false
    /// What was done to workers that goes beyond letting them accept connections.
    var sent: [Sent] = []
    /// Who was let accept connections.
    var accepting: [Worker.ID] = []
    /// What was sent twice, though once is enough.
    var repeated: [Sent] = []
    private var known: Set<Sent> = []
    var logged: [OperatorEvent] = []
    var announced: [Effect.Announcement] = []
    var closed: [Int] = []
    /// What the workers use; measured as soon as it is asked for.
    var memory: [Worker.ID: Int] = [:]
    /// Those whose loop does not go on.
    var stuck: Set<Worker.ID> = []
    /// Those who do not answer when they are told to drain.
    var deaf: Set<Worker.ID> = []
    /// Since when the blocking pool of a worker does not go on.
    var waiting: [Worker.ID: Duration] = [:]
    /// The check of the master's executable runs.
    var isChecking = false
    var isReplacing = false
    /// What a reload finds in the settings.
    var settings: Settings
    let watchdog: Duration?
    /// Of each generation that is open.
    private var openSettings: [Int: Settings]
    var opening: Int?
    var opened: Set<Int> = [1]
    var exitCode: ExitCode?
    /// Why the next start fails, if it does.
    var spawnFailure: (Worker.ID) -> String? = { _ in nil }

    struct Sent: Hashable {
        let what: String
        let to: Worker.ID
    }

    init(
        workers: Int = 3, prestart: Bool = false, gracefulTimeout: Duration = .seconds(30),
        bootTimeout: Duration = .seconds(60), slots: Int = 511
    ) {
        self.init(
            Settings(workers: workers, prestart: prestart, gracefulTimeout: gracefulTimeout, bootTimeout: bootTimeout),
            slots: slots)
    }

    init(_ settings: Settings, watchdog: Duration? = nil, slots: Int = 511) {
        self.settings = settings
        self.watchdog = watchdog
        openSettings = [1: settings]
        supervisor = Supervisor(settings, capacity: slots, watchdog: watchdog)
    }

    /// Made from the supervisor's text; it must do the same.
    var twin: Supervisor?
    var isTwinDifferent = false
    /// Something followed an effect that must be the last.
    var isLastFollowed = false

    /// The effects of the event, and of the answers to them.
    @discardableResult
    mutating func handle(_ event: Event) -> [Effect] {
        var events = [event]
        var all: [Effect] = []
        while !events.isEmpty {
            let event = events.removeFirst()
            let effects = supervisor.handle(event, at: now)
            if let same = twin?.handle(event, at: now), same != effects { isTwinDifferent = true }
            if effects.dropLast().contains(where: { $0 == .replaceProcess || $0.isExit }) { isLastFollowed = true }
            for effect in effects {
                all.append(effect)
                if let answer = perform(effect) { events.append(answer) }
            }
        }
        return all
    }

    /// A twin that has been through the text.
    mutating func makeTwin() throws {
        let copy = try resumed()
        if copy != supervisor { isTwinDifferent = true }
        twin = copy
    }

    /// A supervisor made from the snapshot of this one.
    private func resumed() throws -> Supervisor {
        let text = try JSONEncoder().encode(supervisor.snapshot)
        let snapshot = try JSONDecoder().decode(Supervisor.Snapshot.self, from: text)
        return try Supervisor(resuming: snapshot, settings: openSettings)
    }

    private mutating func perform(_ effect: Effect) -> Event? {
        switch effect {
        case .runPrestart(let generation):
            prestart = generation
            isPrestartToldToEnd = false
        case .spawn(let id):
            if let reason = spawnFailure(id) { return .workerExited(id, .notStarted(reason)) }
            living.append(id)
        case .send(.accept, let id): accepting.append(id)
        case .send(let order, let id):
            note(Sent(what: "\(order)", to: id))
            if order == .drain, !deaf.contains(id) { return .message(.draining, from: id) }
        case .signal(let signal, let id): note(Sent(what: "\(signal)", to: id))
        case .openGeneration(let generation): opening = generation
        case .closeGeneration(let generation):
            closed.append(generation)
            openSettings[generation] = nil
        case .measureMemory: return .memoryMeasured(memory)
        case .checkUpgrade: isChecking = true
        case .killUpgradeCheck: sent.append(Sent(what: "kill", to: Self.checkID))
        case .replaceProcess: isReplacing = true
        case .announce(let announcement): announced.append(announcement)
        case .log(let event): logged.append(event)
        case .exit(let exitCode): self.exitCode = exitCode
        case .signalPrestart(let signal):
            isPrestartToldToEnd = true
            sent.append(Sent(what: "\(signal)", to: Self.prestartID))
        case .closeListeners, .commitGeneration, .reopenLog: break
        }
        return nil
    }

    private mutating func note(_ one: Sent) {
        sent.append(one)
        if !known.insert(one).inserted, one.what != "reopenLogs" { repeated.append(one) }
    }

    /// Stands for the prestart in `sent`.
    static let prestartID = Worker.ID(slot: 0, generation: 0, serial: 0)
    /// Stands for the check of the master's executable there.
    static let checkID = Worker.ID(slot: 0, generation: 0, serial: 1)

    // What workers do.

    @discardableResult
    mutating func ready(_ id: Worker.ID) -> [Effect] { handle(.message(.ready, from: id)) }

    @discardableResult
    mutating func end(_ id: Worker.ID, _ status: Contract.ExitStatus = .signaled(9)) -> [Effect] {
        living.removeAll { $0 == id }
        return handle(.workerExited(id, status))
    }

    @discardableResult
    mutating func endPrestart(_ status: Contract.ExitStatus = .exited(0)) -> [Effect] {
        guard let generation = prestart else { return [] }
        prestart = nil
        return handle(.prestartExited(generation: generation, status))
    }

    @discardableResult
    mutating func open() -> [Effect] {
        guard let generation = opening else { return [] }
        opening = nil
        opened.insert(generation)
        if case .reloading(generation, .opening) = supervisor.state { openSettings[generation] = settings }
        return handle(.generationOpened(generation, settings))
    }

    /// Lets time pass; every deadline on the way is kept.
    mutating func pass(_ duration: Duration) {
        let then = now + duration
        while let deadline = supervisor.nextDeadline, deadline <= then {
            now = max(now, deadline)
            tick()
        }
        now = then
    }

    /// A look at the scoreboard, and the deadline.
    @discardableResult
    mutating func tick() -> [Effect] {
        var heartbeats: [Worker.ID: Heartbeat] = [:]
        for id in living where !stuck.contains(id) {
            heartbeats[id] = Heartbeat(loop: now, poolOverdueSince: waiting[id])
        }
        return handle(.heartbeats(heartbeats)) + handle(.deadline)
    }

    @discardableResult
    mutating func endCheck(_ status: Contract.ExitStatus = .exited(0)) -> [Effect] {
        guard isChecking else { return [] }
        isChecking = false
        return handle(.upgradeCheckExited(status))
    }

    /// Another process goes on with what the text says.
    @discardableResult
    mutating func replace(failure: String? = nil) throws -> [Effect] {
        isReplacing = false
        twin = nil
        supervisor = try resumed()
        return handle(.resumed(failure: failure))
    }

    // What is there.

    /// The workers that still boot, by slot.
    var booting: [Worker.ID] { supervisor.workers.filter(\.isBooting).map(\.id) }

    var serving: [Worker.ID] { supervisor.workers.filter(\.isReady).map(\.id) }

    var draining: [Worker.ID] {
        supervisor.workers.filter { if case .draining = $0.state { true } else { false } }.map(\.id)
    }

    func sent(_ what: String, to id: Worker.ID) -> Bool { sent.contains(Sent(what: what, to: id)) }

    /// A server whose first workers are all ready.
    static func started(workers: Int = 3, prestart: Bool = false, slots: Int = 511) -> SimulatedMaster {
        started(Settings(workers: workers, prestart: prestart), slots: slots)
    }

    static func started(_ settings: Settings, slots: Int = 511) -> SimulatedMaster {
        var master = SimulatedMaster(settings, slots: slots)
        master.handle(.start)
        master.endPrestart()
        master.readyAll()
        return master
    }

    mutating func readyAll() {
        for id in booting { ready(id) }
    }

    /// Everything that was told to go goes, and everything that boots becomes ready, until nothing changes.
    mutating func calm() {
        for _ in 0..<100 where exitCode == nil {
            open()
            stuck = []
            waiting = [:]
            endCheck(isStopping ? .signaled(9) : .exited(0))
            if isReplacing { handle(.upgradeFailed(reason: "calm")); isReplacing = false }
            endPrestart(isStopping ? .signaled(15) : .exited(0))
            for worker in supervisor.workers where !worker.isReady && !worker.isBooting { end(worker.id, .exited(0)) }
            readyAll()
            pass(.seconds(31))
        }
    }

    var isStopping: Bool { announced.contains(.stopping) }
}

extension Settings {
    /// Those that the supervisor reads.
    init(
        workers: Int, prestart: Bool = true, prestartTimeout: Duration? = .seconds(600),
        gracefulTimeout: Duration = .seconds(30), workerTimeout: Duration? = .seconds(30),
        bootTimeout: Duration = .seconds(60), shutdownDelay: Duration = .zero, maxSurge: Int = 1,
        maxUnavailable: Int = 0, maxWorkerMemory: Int? = nil
    ) {
        self.init()
        self.workers = workers
        self.prestart = prestart
        self.prestartTimeout = prestartTimeout
        self.gracefulTimeout = gracefulTimeout
        self.workerTimeout = workerTimeout
        self.bootTimeout = bootTimeout
        self.shutdownDelay = shutdownDelay
        self.maxSurge = maxSurge
        self.maxUnavailable = maxUnavailable
        self.maxWorkerMemory = maxWorkerMemory
    }
}

extension Effect {
    var isExit: Bool {
        if case .exit = self { true } else { false }
    }
}
