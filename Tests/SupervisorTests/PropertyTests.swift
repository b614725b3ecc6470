import Supervisor
import Testing

/// Long random lives of a master, from a seed, and what must hold after each event.
@Suite struct PropertyTests {
    @Test(arguments: 1...300 as ClosedRange<UInt64>)
    func whateverHappensThePromisesHold(seed: UInt64) {
        var generator = Generator(seed: seed)
        let slots = [7, 15, 511][Int(seed % 3)]
        var world = World(
            workers: Int.random(in: 1...4, using: &generator), prestart: seed.isMultiple(of: 2),
            bootTimeout: .seconds(5),
            slots: slots)
        world.handle(.start)
        for _ in 0..<400 where world.outcome == nil {
            let event = next(&world, &generator)
            let effects = world.handle(event)
            check(world, after: event, effects, seed)
        }
        world.spawnFailure = { _ in nil }
        world.calm()
        if world.outcome != nil {
            #expect(world.living.isEmpty && world.prestart == nil, "seed \(seed)")
            return
        }
        #expect(world.serving.count == world.supervisor.target, "seed \(seed)")
        #expect(world.living.count == world.supervisor.target, "seed \(seed)")
        #expect(Set(world.serving.map(\.generation)) == [world.supervisor.generation], "seed \(seed)")
        // Every generation but the one that serves has been closed, and no one twice.
        #expect(Set(world.closed).count == world.closed.count, "seed \(seed)")
        #expect(!world.closed.contains(world.supervisor.generation), "seed \(seed)")
    }

    private func check(_ world: World, after event: Event, _ effects: [Effect], _ seed: UInt64) {
        let workers = world.supervisor.workers
        let comment = Comment(rawValue: "seed \(seed), after \(event)")
        guard world.outcome == nil else {
            #expect(world.living.isEmpty && world.prestart == nil, comment)
            return
        }
        #expect(workers.count { !$0.isLeaving } <= world.supervisor.target + 1, comment)
        #expect(Set(workers.map(\.id)) == Set(world.living), comment)
        #expect(Set(workers.map(\.id.slot)).count == workers.count, comment)
        for worker in workers where worker.isLeaving && worker.state != .killed {
            let deadline = worker.deadline
            #expect(deadline != nil, comment)
            if let deadline { #expect(world.supervisor.nextDeadline! <= deadline, comment) }
        }
        if event == .deadline { #expect(world.supervisor.nextDeadline.map { $0 > world.now } ?? true, comment) }
        #expect(Set(world.sent).count == world.sent.count, comment)
        let drains = effects.contains { if case .send(.drain, _) = $0 { true } else { false } }
        if drains, !world.supervisorIsStopping {
            #expect(workers.count(where: \.isReady) >= world.supervisor.target, comment)
        }
    }

    /// Anything that can happen now, and some of what cannot.
    private func next(_ world: inout World, _ generator: inout Generator) -> Event {
        let endings = [Ending.exited(0), .exited(1), .exited(4), .signaled(9), .signaled(11)]
        let ending = endings.randomElement(using: &generator)!
        world.spawnFailure = Int.random(in: 0..<20, using: &generator) == 0 ? { _ in "fork: EAGAIN" } : { _ in nil }
        switch Int.random(in: 0..<100, using: &generator) {
        case 0..<25:
            guard let deadline = world.supervisor.nextDeadline else { return .deadline }
            world.now = max(world.now, deadline + .milliseconds([0, 0, 7, 900].randomElement(using: &generator)!))
            return .deadline
        case 25..<30:
            world.now += .milliseconds(Int64.random(in: 0..<3000, using: &generator))
            return .deadline
        case 30..<58:
            guard let id = (world.booting.randomElement(using: &generator)) else { return .deadline }
            return .message(.ready, from: id)
        case 58..<64:
            guard let id = world.living.randomElement(using: &generator) else { return .deadline }
            return .message(Event.Message.allCases.randomElement(using: &generator)!, from: id)
        case 64..<67:
            // From a worker that is long gone, or never was.
            let serial = Int.random(in: 1...50, using: &generator)
            let stranger = Worker.ID(slot: serial % 9 + 1, generation: 1, serial: 10_000 + serial)
            return Bool.random(using: &generator) ? .message(.ready, from: stranger) : .ended(stranger, ending)
        case 67..<80:
            let leaving = world.supervisor.workers.filter(\.isLeaving).map(\.id)
            guard let id = leaving.randomElement(using: &generator) else { return .deadline }
            world.living.removeAll { $0 == id }
            return .ended(id, ending)
        case 80..<86:
            guard let id = world.living.randomElement(using: &generator) else { return .deadline }
            world.living.removeAll { $0 == id }
            return .ended(id, ending)
        case 86..<90:
            guard let generation = world.prestart else { return .prestartEnded(generation: 99, .exited(1)) }
            world.prestart = nil
            return .prestartEnded(
                generation: generation, Int.random(in: 0..<8, using: &generator) == 0 ? ending : .exited(0))
        case 90..<95:
            guard let generation = world.opening else { return .opened(generation: 1) }
            world.opening = nil
            let isGone = Int.random(in: 0..<8, using: &generator) == 0
            return isGone ? .openFailed(generation: generation, reason: "gone") : .opened(generation: generation)
        default:
            let stops: [Event.Signal] = [.terminate, .interrupt, .quit]
            let odds = world.supervisorIsStopping ? 4 : 60
            if Int.random(in: 0..<odds, using: &generator) == 0 {
                return .signal(stops.randomElement(using: &generator)!)
            }
            let others: [Event.Signal] = [.hangup, .hangup, .oneMore, .oneFewer, .user1, .user2, .windowChange]
            return .signal(others.randomElement(using: &generator)!)
        }
    }
}

/// The same numbers for the same seed, everywhere (SplitMix64).
struct Generator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
