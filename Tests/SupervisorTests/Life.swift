import Supervisor

/// A random life of a master, from a seed: anything that can happen, and some of what cannot.
struct Life {
    var world: World
    var random: Generator
    /// The most that any of its settings allow.
    private(set) var surge: Int
    private(set) var unavailable: Int

    private static let endings = [Ending.exited(0), .exited(1), .exited(4), .exited(75), .signaled(9), .signaled(11)]
    private static let rolls = [(1, 0), (1, 0), (2, 1), (0, 1), (2, 0), (1, 1)]

    init(seed: UInt64) {
        random = Generator(seed: seed)
        let (surge, unavailable) = Self.rolls.randomElement(using: &random)!
        self.surge = max(surge, 1)
        self.unavailable = unavailable
        world = World(
            Configuration(
                workers: Int.random(in: 1...4, using: &random), prestart: seed.isMultiple(of: 2),
                prestartTimeout: [nil, .seconds(12)][Int(seed / 2 % 2)],
                gracefulTimeout: .seconds(8),
                workerTimeout: [nil, .seconds(1), .seconds(5), .seconds(30)].randomElement(using: &random)!,
                bootTimeout: .seconds(5),
                shutdownDelay: [.zero, .seconds(3)].randomElement(using: &random)!, surge: surge,
                unavailable: unavailable, maxWorkerMemory: [nil, 100].randomElement(using: &random)!,
                watchdog: [nil, .seconds(10)].randomElement(using: &random)!, slots: [7, 15, 511][Int(seed % 3)]))
        world.handle(.start)
    }

    /// - Returns: what happened, and its effects.
    mutating func step() throws -> (what: String, effects: [Effect]) {
        world.spawnFailure = one(in: 20) ? { _ in "fork: EAGAIN" } : { _ in nil }
        if world.isReplacing, !one(in: 8) { return try replace() }
        switch Int.random(in: 0..<110, using: &random) {
        case 0..<10: return keepDeadline()
        case 25..<29:
            world.now += .milliseconds(Int64.random(in: 0..<3000, using: &random))
            return ("some time", world.tick())
        case 29: return leap()
        case 10..<25, 30..<54: return message(.ready, world.booting)
        case 60:
            guard let id = world.living.randomElement(using: &random) else { return keepDeadline() }
            let problem = ["no database", "100 % full\\n", nil, nil].randomElement(using: &random)!
            return ("health problem of \(id): \(problem ?? "none")", world.handle(.healthProblem(problem, from: id)))
        case 54..<60:
            return message(Event.Message.allCases.randomElement(using: &random)!, world.living)
        case 61..<64: return message(.recycle, world.serving)
        case 64:
            let ids = Set(world.living.filter { _ in one(in: 2) })
            return ("outdated: \(ids)", world.handle(.outdated(ids)))
        case 65..<67: return stranger()
        case 67..<80: return end(world.supervisor.workers.filter(\.isLeaving).map(\.id))
        case 80..<85: return end(world.living)
        case 85..<89: return ("end of the prestart", world.endPrestart(one(in: 8) ? ending() : .exited(0)))
        case 89..<94: return open()
        case 94..<96: return weaken()
        case 96..<99: return ("end of the check", world.endCheck(one(in: 4) ? ending() : .exited(0)))
        default: return signal()
        }
    }

    mutating func one(in odds: Int) -> Bool { Int.random(in: 0..<odds, using: &random) == 0 }

    private mutating func ending() -> Ending { Self.endings.randomElement(using: &random)! }

    private mutating func keepDeadline() -> (String, [Effect]) {
        guard let deadline = world.supervisor.nextDeadline else { return ("nothing", world.handle(.deadline)) }
        world.now = max(world.now, deadline + .milliseconds([0, 0, 7, 900].randomElement(using: &random)!))
        return ("a deadline", world.tick())
    }

    private mutating func leap() -> (String, [Effect]) {
        world.now += .seconds(Int64.random(in: 2..<4000, using: &random))
        return ("a leap", one(in: 2) ? world.tick() : world.handle(.deadline))
    }

    private mutating func message(_ message: Event.Message, _ candidates: [Worker.ID]) -> (String, [Effect]) {
        guard let id = candidates.randomElement(using: &random) else { return ("nothing", world.handle(.deadline)) }
        return ("\(message) of \(id)", world.handle(.message(message, from: id)))
    }

    /// From a worker that is long gone, or never was, and answers to what nobody asked.
    private mutating func stranger() -> (String, [Effect]) {
        let serial = Int.random(in: 1...50, using: &random)
        let id = Worker.ID(slot: serial % 9 + 1, generation: 1, serial: 10_000 + serial)
        let events: [Event] = [
            .message(.ready, from: id), .ended(id, ending()), .prestartEnded(generation: 99, .exited(1)),
            .opened(generation: 1, world.configuration), .openFailed(generation: 99, reason: "late"),
            .vitals([id: Vitals(tick: .seconds(1))]), .memory([id: 1 << 40]), .start, .upgradeFailed(reason: "late"),
        ]
        let event = events.randomElement(using: &random)!
        return ("\(event)", world.handle(event))
    }

    private mutating func end(_ candidates: [Worker.ID]) -> (String, [Effect]) {
        guard let id = candidates.randomElement(using: &random) else { return ("nothing", world.handle(.deadline)) }
        return ("end of \(id)", world.end(id, ending()))
    }

    /// The settings may have changed meanwhile.
    private mutating func open() -> (String, [Effect]) {
        if one(in: 8), let generation = world.opening {
            world.opening = nil
            return ("failed open", world.handle(.openFailed(generation: generation, reason: "gone")))
        }
        if one(in: 3) { world.configuration.workers = Int.random(in: 1...5, using: &random) }
        if one(in: 3) {
            let (surge, unavailable) = Self.rolls.randomElement(using: &random)!
            world.configuration.surge = surge
            world.configuration.unavailable = unavailable
            self.surge = max(self.surge, surge)
            self.unavailable = max(self.unavailable, unavailable)
        }
        return ("open", world.open())
    }

    /// Something goes wrong in a worker, and nobody says so.
    private mutating func weaken() -> (String, [Effect]) {
        guard let id = world.serving.randomElement(using: &random) else { return ("nothing", world.handle(.deadline)) }
        switch Int.random(in: 0..<4, using: &random) {
        case 0: world.stuck.insert(id)
        case 1: world.waiting[id] = world.now
        case 2: world.waiting[id] = nil
        default: world.memory[id] = 1000
        }
        return ("weakness of \(id)", world.tick())
    }

    private mutating func replace() throws -> (String, [Effect]) {
        world.now += .milliseconds([3, 300, 3000].randomElement(using: &random)!)
        switch Int.random(in: 0..<3, using: &random) {
        case 0:
            world.isReplacing = false
            return ("failed upgrade", world.handle(.upgradeFailed(reason: "execveat")))
        case 1: return ("upgrade back", try world.replace(failure: "cannot go on"))
        default: return ("upgrade", try world.replace())
        }
    }

    private mutating func signal() -> (String, [Effect]) {
        if one(in: world.supervisorIsStopping ? 4 : 60) {
            let signal = [Event.Signal.terminate, .interrupt, .quit].randomElement(using: &random)!
            return ("\(signal)", world.handle(.signal(signal)))
        }
        if one(in: 6) {
            let number = Int.random(in: -1...6, using: &random)
            return ("scale to \(number)", world.handle(.scale(to: number)))
        }
        let signals: [Event.Signal] = [
            .hangup, .hangup, .hangup, .oneMore, .oneFewer, .user1, .user2, .user2, .windowChange,
        ]
        let signal = signals.randomElement(using: &random)!
        return ("\(signal)", world.handle(.signal(signal)))
    }
}
