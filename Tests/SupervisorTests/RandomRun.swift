import TestSupport

import Contract
import Supervisor

/// A random life of a master, from a seed: anything that can happen, and some of what cannot.
struct RandomRun {
    var master: SimulatedMaster
    var random: SeededGenerator
    /// The most that any of its settings allow.
    private(set) var surge: Int
    private(set) var unavailable: Int

    private static let endings = [
        Contract.ExitStatus.exited(0), .exited(1), .exited(4), .exited(75), .signaled(9), .signaled(11),
    ]
    private static let rolls = [(1, 0), (1, 0), (2, 1), (0, 1), (2, 0), (1, 1)]

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        let (surge, unavailable) = Self.rolls.randomElement(using: &random)!
        self.surge = max(surge, 1)
        self.unavailable = unavailable
        master = SimulatedMaster(
            Settings(
                workers: Int.random(in: 1...4, using: &random), prestart: seed.isMultiple(of: 2),
                prestartTimeout: [nil, .seconds(12)][Int(seed / 2 % 2)],
                gracefulTimeout: .seconds(8),
                workerTimeout: [nil, .seconds(1), .seconds(5), .seconds(30)].randomElement(using: &random)!,
                bootTimeout: .seconds(5),
                shutdownDelay: [.zero, .seconds(3)].randomElement(using: &random)!, maxSurge: surge,
                maxUnavailable: unavailable, maxWorkerMemory: [nil, 100].randomElement(using: &random)!),
            watchdog: [nil, .seconds(10)].randomElement(using: &random)!, slots: [7, 15, 511][Int(seed % 3)])
        master.handle(.start)
    }

    /// - Returns: what happened, and its effects.
    mutating func step() throws -> (what: String, effects: [Effect]) {
        master.spawnFailure = one(in: 20) ? { _ in "fork: EAGAIN" } : { _ in nil }
        if master.isReplacing, !one(in: 8) { return try replace() }
        switch Int.random(in: 0..<110, using: &random) {
        case 0..<10: return keepDeadline()
        case 25..<29:
            master.now += .milliseconds(Int64.random(in: 0..<3000, using: &random))
            return ("some time", master.tick())
        case 29: return leap()
        case 10..<25, 30..<54: return message(.ready, master.booting)
        case 60:
            guard let id = master.living.randomElement(using: &random) else { return keepDeadline() }
            let problem = ["no database", "100 % full\\n", nil, nil].randomElement(using: &random)!
            return message(.healthProblem(problem), [id])
        case 54..<60:
            return message(WorkerMessage.allCases.randomElement(using: &random)!, master.living)
        case 61..<64: return message(.recycle, master.serving)
        case 64:
            let ids = Set(master.living.filter { _ in one(in: 2) })
            return ("new listener for \(ids)", master.handle(.listenerReplaced(ids)))
        case 65..<67: return stranger()
        case 67..<80: return end(master.supervisor.workers.filter(\.isLeaving).map(\.id))
        case 80..<85: return end(master.living)
        case 85..<89: return ("end of the prestart", master.endPrestart(one(in: 8) ? ending() : .exited(0)))
        case 89..<94: return open()
        case 94..<96: return weaken()
        case 96..<99: return ("end of the check", master.endCheck(one(in: 4) ? ending() : .exited(0)))
        default: return signal()
        }
    }

    mutating func one(in odds: Int) -> Bool { Int.random(in: 0..<odds, using: &random) == 0 }

    private mutating func ending() -> Contract.ExitStatus { Self.endings.randomElement(using: &random)! }

    private mutating func keepDeadline() -> (String, [Effect]) {
        guard let deadline = master.supervisor.nextDeadline else { return ("nothing", master.handle(.deadline)) }
        master.now = max(master.now, deadline + .milliseconds([0, 0, 7, 900].randomElement(using: &random)!))
        return ("a deadline", master.tick())
    }

    private mutating func leap() -> (String, [Effect]) {
        master.now += .seconds(Int64.random(in: 2..<4000, using: &random))
        return ("a leap", one(in: 2) ? master.tick() : master.handle(.deadline))
    }

    private mutating func message(_ message: WorkerMessage, _ candidates: [Worker.ID]) -> (String, [Effect]) {
        guard let id = candidates.randomElement(using: &random) else { return ("nothing", master.handle(.deadline)) }
        return ("\(message) of \(id)", master.handle(.message(message, from: id)))
    }

    /// From a worker that is long gone, or never was, and answers to what nobody asked.
    private mutating func stranger() -> (String, [Effect]) {
        let serial = Int.random(in: 1...50, using: &random)
        let id = Worker.ID(slot: serial % 9 + 1, generation: 1, serial: 10_000 + serial)
        let events: [Event] = [
            .message(.ready, from: id), .workerExited(id, ending()), .prestartExited(generation: 99, .exited(1)),
            .generationOpened(1, master.settings), .generationOpenFailed(99, reason: "late"),
            .heartbeats([id: Heartbeat(loop: .seconds(1))]), .memoryMeasured([id: 1 << 40]), .start,
            .upgradeFailed(reason: "late"),
        ]
        let event = events.randomElement(using: &random)!
        return ("\(event)", master.handle(event))
    }

    private mutating func end(_ candidates: [Worker.ID]) -> (String, [Effect]) {
        guard let id = candidates.randomElement(using: &random) else { return ("nothing", master.handle(.deadline)) }
        return ("end of \(id)", master.end(id, ending()))
    }

    /// The settings may have changed meanwhile.
    private mutating func open() -> (String, [Effect]) {
        if one(in: 8), let generation = master.opening {
            master.opening = nil
            return ("failed open", master.handle(.generationOpenFailed(generation, reason: "gone")))
        }
        if one(in: 3) { master.settings.workers = Int.random(in: 1...5, using: &random) }
        if one(in: 3) {
            let (surge, unavailable) = Self.rolls.randomElement(using: &random)!
            master.settings.maxSurge = surge
            master.settings.maxUnavailable = unavailable
            self.surge = max(self.surge, surge)
            self.unavailable = max(self.unavailable, unavailable)
        }
        return ("open", master.open())
    }

    /// Something goes wrong in a worker, and nobody says so.
    private mutating func weaken() -> (String, [Effect]) {
        guard let id = master.serving.randomElement(using: &random) else {
            return ("nothing", master.handle(.deadline))
        }
        switch Int.random(in: 0..<4, using: &random) {
        case 0: master.stuck.insert(id)
        case 1: master.waiting[id] = master.now
        case 2: master.waiting[id] = nil
        default: master.memory[id] = 1000
        }
        return ("weakness of \(id)", master.tick())
    }

    private mutating func replace() throws -> (String, [Effect]) {
        master.now += .milliseconds([3, 300, 3000].randomElement(using: &random)!)
        switch Int.random(in: 0..<3, using: &random) {
        case 0:
            master.isReplacing = false
            return ("failed upgrade", master.handle(.upgradeFailed(reason: "execveat")))
        case 1: return ("upgrade back", try master.replace(failure: "cannot go on"))
        default: return ("upgrade", try master.replace())
        }
    }

    private mutating func signal() -> (String, [Effect]) {
        if one(in: master.isStopping ? 4 : 60) {
            let signal = [Event.Signal.terminate, .interrupt, .quit].randomElement(using: &random)!
            return ("\(signal)", master.handle(.signal(signal)))
        }
        if one(in: 6) {
            let number = Int.random(in: -1...6, using: &random)
            return ("scale to \(number)", master.handle(.scale(to: number)))
        }
        let signals: [Event.Signal] = [
            .hangup, .hangup, .hangup, .oneMore, .oneFewer, .user1, .user2, .user2, .windowChange,
        ]
        let signal = signals.randomElement(using: &random)!
        return ("\(signal)", master.handle(.signal(signal)))
    }
}
