import Contract
import Supervisor
import Testing

@Suite struct HealthTests {
    private func health(_ master: SimulatedMaster) -> [OperatorEvent] {
        master.logged.filter {
            switch $0 {
            case .healthProblem, .healthProblemResolved: true
            default: false
            }
        }
    }

    @Test func whatAllWorkersSayIsOneMatterOfTheServer() {
        var master = SimulatedMaster.started(workers: 3)
        for id in master.serving {
            master.handle(.message(.healthProblem("no database"), from: id))
            master.pass(.seconds(1))
        }
        #expect(master.supervisor.healthProblems.map(\.text) == ["no database"])
        #expect(master.supervisor.healthProblems.map(\.workers) == [3])
        for id in master.serving {
            master.handle(.message(.healthProblem(nil), from: id))
            master.pass(.seconds(1))
        }
        #expect(master.supervisor.healthProblems.isEmpty)
        master.pass(.seconds(10))
        #expect(health(master) == [.healthProblem("no database"), .healthProblemResolved(after: .seconds(7))])
        #expect(master.supervisor.nextDeadline.map { $0 > master.now } ?? true)
    }

    @Test func anotherProblemIsAnotherLineAndTheEndIsOne() {
        var master = SimulatedMaster.started(workers: 2)
        let ids = master.serving
        master.handle(.message(.healthProblem("no database"), from: ids[0]))
        master.handle(.message(.healthProblem("no disk"), from: ids[1]))
        master.handle(.message(.healthProblem("no disk"), from: ids[0]))
        #expect(master.supervisor.healthProblems.map(\.workers) == [2])
        for id in ids { master.handle(.message(.healthProblem(nil), from: id)) }
        master.pass(.seconds(10))
        #expect(
            health(master) == [
                .healthProblem("no database"), .healthProblem("no disk"), .healthProblemResolved(after: .seconds(2)),
            ])
    }

    /// A worker that says another thing each time, or takes back what it says, is not worth a line each time.
    @Test func aWorkerThatCannotDecideIsAFewLines() {
        var master = SimulatedMaster.started(workers: 1)
        let id = master.serving[0]
        for number in 0..<1000 {
            let problem = number.isMultiple(of: 2) ? "problem \(number)" : nil
            master.handle(.message(.healthProblem(problem), from: id))
            master.pass(.milliseconds(30))
        }
        #expect(health(master).count <= 9, "\(health(master).count)")
        master.handle(.message(.healthProblem(nil), from: id))
        master.pass(.seconds(10))
        #expect(health(master).last == .healthProblemResolved(after: .seconds(31) + .milliseconds(970)))
    }

    /// A worker's problem goes with it; the one in its place takes a moment to find out.
    @Test func aReloadInTheMiddleOfItIsNoEnd() {
        var master = SimulatedMaster.started(workers: 2)
        for id in master.serving { master.handle(.message(.healthProblem("no database"), from: id)) }
        master.handle(.signal(.hangup))
        master.open()
        for _ in 0..<4 {
            for id in master.booting {
                master.ready(id)
                master.pass(.seconds(1))
                master.handle(.message(.healthProblem("no database"), from: id))
            }
            for id in master.draining { master.end(id, .exited(0)) }
        }
        #expect(master.serving.allSatisfy { $0.generation == 2 })
        #expect(health(master) == [.healthProblem("no database")])
        // A worker that is gone says nothing any more.
        for id in master.serving { master.end(id) }
        master.pass(.seconds(10))
        #expect(health(master).count == 2)
    }

    @Test func itGoesOnInTheNextImageOfTheMaster() throws {
        var master = SimulatedMaster.started(workers: 2)
        let ids = master.serving
        master.handle(.message(.healthProblem("100 % full, ü\\n"), from: ids[0]))
        try master.makeTwin()
        #expect(!master.isTwinDifferent)
        _ = try master.replace()
        #expect(master.supervisor.healthProblems.map(\.text) == ["100 % full, ü\\n"])
        master.handle(.message(.healthProblem("100 % full, ü\\n"), from: ids[1]))
        #expect(health(master).count == 1)
        master.handle(.message(.healthProblem(nil), from: ids[0]))
        try master.makeTwin()
        master.handle(.message(.healthProblem(nil), from: ids[1]))
        master.pass(.seconds(10))
        #expect(!master.isTwinDifferent)
        #expect(health(master).count == 2)
    }

    @Test func inAStopNothingIsSaidOfIt() {
        var master = SimulatedMaster.started(workers: 1)
        let id = master.serving[0]
        master.handle(.message(.healthProblem("no database"), from: id))
        master.handle(.message(.healthProblem(nil), from: id))
        master.handle(.signal(.terminate))
        master.pass(.seconds(5))
        master.end(id, .exited(0))
        #expect(health(master) == [.healthProblem("no database")])
        #expect(master.exitCode == .ok)
    }
}
