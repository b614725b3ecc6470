import Supervisor

/// What surrounds a supervisor, as far as it can tell: processes that live until something ends them.
struct World {
    var supervisor: Supervisor
    var now = Duration.seconds(1000)
    /// Every worker whose process lives, oldest first.
    var living: [Worker.ID] = []
    /// The generation whose prestart runs.
    var prestart: Int?
    var sent: [Sent] = []
    var notices: [Notice] = []
    var announced: [Effect.Announcement] = []
    var closed: [Int] = []
    var opening: Int?
    var outcome: Effect.Outcome?
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
        supervisor = Supervisor(
            Configuration(
                workers: workers, prestart: prestart, gracefulTimeout: gracefulTimeout, bootTimeout: bootTimeout,
                slots: slots))
    }

    /// The effects of the event, and of the answers to them.
    @discardableResult
    mutating func handle(_ event: Event) -> [Effect] {
        var events = [event]
        var all: [Effect] = []
        while !events.isEmpty {
            for effect in supervisor.handle(events.removeFirst(), at: now) {
                all.append(effect)
                if let answer = perform(effect) { events.append(answer) }
            }
        }
        return all
    }

    private mutating func perform(_ effect: Effect) -> Event? {
        switch effect {
        case .prestart(let generation): prestart = generation
        case .spawn(let id):
            if let reason = spawnFailure(id) { return .ended(id, .notStarted(reason)) }
            living.append(id)
        case .send(let order, let id): sent.append(Sent(what: "\(order)", to: id))
        case .signal(let signal, let id): sent.append(Sent(what: "\(signal)", to: id))
        case .open(let generation): opening = generation
        case .close(let generation): closed.append(generation)
        case .announce(let announcement): announced.append(announcement)
        case .log(let notice): notices.append(notice)
        case .exit(let outcome): self.outcome = outcome
        case .signalPrestart(let signal): sent.append(Sent(what: "\(signal)", to: Self.prestartID))
        case .closeListeners: break
        }
        return nil
    }

    /// Stands for the prestart in `sent`.
    static let prestartID = Worker.ID(slot: 0, generation: 0, serial: 0)

    // What workers do.

    @discardableResult
    mutating func ready(_ id: Worker.ID) -> [Effect] { handle(.message(.ready, from: id)) }

    @discardableResult
    mutating func end(_ id: Worker.ID, _ ending: Ending = .signaled(9)) -> [Effect] {
        living.removeAll { $0 == id }
        return handle(.ended(id, ending))
    }

    @discardableResult
    mutating func endPrestart(_ ending: Ending = .exited(0)) -> [Effect] {
        guard let generation = prestart else { return [] }
        prestart = nil
        return handle(.prestartEnded(generation: generation, ending))
    }

    @discardableResult
    mutating func open() -> [Effect] {
        guard let generation = opening else { return [] }
        opening = nil
        return handle(.opened(generation: generation))
    }

    /// Lets time pass; every deadline on the way is kept.
    mutating func pass(_ duration: Duration) {
        let then = now + duration
        while let deadline = supervisor.nextDeadline, deadline <= then {
            now = max(now, deadline)
            handle(.deadline)
        }
        now = then
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
    static func started(workers: Int = 3, prestart: Bool = false, slots: Int = 511) -> World {
        var world = World(workers: workers, prestart: prestart, slots: slots)
        world.handle(.start)
        world.endPrestart()
        world.readyAll()
        return world
    }

    mutating func readyAll() {
        for id in booting { ready(id) }
    }

    /// Everything that was told to go goes, and everything that boots becomes ready, until nothing changes.
    mutating func calm() {
        for _ in 0..<1000 where outcome == nil {
            open()
            endPrestart(supervisorIsStopping ? .signaled(15) : .exited(0))
            for worker in supervisor.workers where !worker.isReady && !worker.isBooting { end(worker.id, .exited(0)) }
            readyAll()
            pass(.seconds(31))
        }
    }

    var supervisorIsStopping: Bool { announced.last == .stopping }
}
