import Supervisor
import Testing

@Suite struct HealthTests {
    private func health(_ world: World) -> [Notice] {
        world.notices.filter {
            switch $0 {
            case .healthProblem, .healthProblemEnded: true
            default: false
            }
        }
    }

    @Test func whatAllWorkersSayIsOneMatterOfTheServer() {
        var world = World.started(workers: 3)
        for id in world.serving {
            world.handle(.healthProblem("no database", from: id))
            world.pass(.seconds(1))
        }
        #expect(world.supervisor.healthProblems.map(\.text) == ["no database"])
        #expect(world.supervisor.healthProblems.map(\.workers) == [3])
        for id in world.serving {
            world.handle(.healthProblem(nil, from: id))
            world.pass(.seconds(1))
        }
        #expect(world.supervisor.healthProblems.isEmpty)
        world.pass(.seconds(10))
        #expect(health(world) == [.healthProblem("no database"), .healthProblemEnded(after: .seconds(7))])
        #expect(world.supervisor.nextDeadline.map { $0 > world.now } ?? true)
    }

    @Test func anotherProblemIsAnotherLineAndTheEndIsOne() {
        var world = World.started(workers: 2)
        let ids = world.serving
        world.handle(.healthProblem("no database", from: ids[0]))
        world.handle(.healthProblem("no disk", from: ids[1]))
        world.handle(.healthProblem("no disk", from: ids[0]))
        #expect(world.supervisor.healthProblems.map(\.workers) == [2])
        for id in ids { world.handle(.healthProblem(nil, from: id)) }
        world.pass(.seconds(10))
        #expect(
            health(world) == [
                .healthProblem("no database"), .healthProblem("no disk"), .healthProblemEnded(after: .seconds(2)),
            ])
    }

    /// A worker that says another thing each time, or takes back what it says, is not worth a line each time.
    @Test func aWorkerThatCannotDecideIsAFewLines() {
        var world = World.started(workers: 1)
        let id = world.serving[0]
        for number in 0..<1000 {
            world.handle(.healthProblem(number.isMultiple(of: 2) ? "problem \(number)" : nil, from: id))
            world.pass(.milliseconds(30))
        }
        #expect(health(world).count <= 9, "\(health(world).count)")
        world.handle(.healthProblem(nil, from: id))
        world.pass(.seconds(10))
        #expect(health(world).last == .healthProblemEnded(after: .seconds(31) + .milliseconds(970)))
    }

    /// A worker's problem goes with it; the one in its place takes a moment to find out.
    @Test func aReloadInTheMiddleOfItIsNoEnd() {
        var world = World.started(workers: 2)
        for id in world.serving { world.handle(.healthProblem("no database", from: id)) }
        world.handle(.signal(.hangup))
        world.open()
        for _ in 0..<4 {
            for id in world.booting {
                world.ready(id)
                world.pass(.seconds(1))
                world.handle(.healthProblem("no database", from: id))
            }
            for id in world.draining { world.end(id, .exited(0)) }
        }
        #expect(world.serving.allSatisfy { $0.generation == 2 })
        #expect(health(world) == [.healthProblem("no database")])
        // A worker that is gone says nothing any more.
        for id in world.serving { world.end(id) }
        world.pass(.seconds(10))
        #expect(health(world).count == 2)
    }

    @Test func itGoesOnInTheNextImageOfTheMaster() throws {
        var world = World.started(workers: 2)
        let ids = world.serving
        world.handle(.healthProblem("100 % full, ü\\n", from: ids[0]))
        try world.makeTwin()
        #expect(!world.isTwinDifferent)
        _ = try world.replace()
        #expect(world.supervisor.healthProblems.map(\.text) == ["100 % full, ü\\n"])
        world.handle(.healthProblem("100 % full, ü\\n", from: ids[1]))
        #expect(health(world).count == 1)
        world.handle(.healthProblem(nil, from: ids[0]))
        try world.makeTwin()
        world.handle(.healthProblem(nil, from: ids[1]))
        world.pass(.seconds(10))
        #expect(!world.isTwinDifferent)
        #expect(health(world).count == 2)
    }

    @Test func inAStopNothingIsSaidOfIt() {
        var world = World.started(workers: 1)
        let id = world.serving[0]
        world.handle(.healthProblem("no database", from: id))
        world.handle(.healthProblem(nil, from: id))
        world.handle(.signal(.terminate))
        world.pass(.seconds(5))
        world.end(id, .exited(0))
        #expect(health(world) == [.healthProblem("no database")])
        #expect(world.outcome == .stopped)
    }
}
