import Contract
import Supervisor
import Testing

@Suite struct WorkerTests {
    @Test func aDeadWorkerIsReplacedInItsOwnSlotAfterTheShortestWait() {
        var master = SimulatedMaster.started()
        let dead = master.serving[1]
        master.end(dead)
        #expect(master.living.count == 2)
        master.pass(.milliseconds(99))
        #expect(master.living.count == 2)
        master.pass(.milliseconds(1))
        #expect(master.booting.map(\.slot) == [dead.slot])
        #expect(master.booting[0] != dead)
    }

    @Test func theWaitDoublesToItsLimitAndIsShortAgainAfterHealth() {
        var master = SimulatedMaster.started(workers: 1)
        func waitAfterDeath(_ master: inout SimulatedMaster) -> Duration {
            master.end(master.supervisor.workers[0].id, .exited(1))
            let wait = master.supervisor.nextDeadline! - master.now
            master.pass(wait)
            return wait
        }
        let waits = (0..<11).map { _ in waitAfterDeath(&master) }
        #expect(waits.prefix(4) == [.milliseconds(100), .milliseconds(200), .milliseconds(400), .milliseconds(800)])
        #expect(waits.suffix(2) == [.seconds(30), .seconds(30)])
        master.readyAll()
        master.pass(.seconds(9))
        #expect(waitAfterDeath(&master) == .seconds(30))
        master.readyAll()
        master.pass(.seconds(10))
        #expect(waitAfterDeath(&master) == .milliseconds(100))
    }

    @Test func aWorkerThatIsNotReadyInTimeIsAbortedThenKilledThenReplaced() {
        var master = SimulatedMaster(workers: 1, bootTimeout: .seconds(60))
        master.handle(.start)
        let late = master.booting[0]
        master.pass(.seconds(60))
        #expect(master.sent == [SimulatedMaster.Sent(what: "abort", to: late)])
        master.ready(late)
        #expect(master.serving.isEmpty)
        master.pass(.seconds(2))
        #expect(master.sent.last == SimulatedMaster.Sent(what: "kill", to: late))
        master.end(late)
        master.pass(.seconds(1))
        #expect(master.booting.count == 1)
    }

    @Test func workersThatWereReadyInTimeAreNotLateBecauseNobodyListened() {
        var master = SimulatedMaster(workers: 2, bootTimeout: .seconds(5))
        master.handle(.start)
        master.now += .seconds(60)
        master.readyAll()
        master.handle(.deadline)
        #expect(master.serving.count == 2)
        #expect(master.sent.isEmpty)
    }

    @Test func whatADeadWorkerSaidLateConcernsNobody() {
        var master = SimulatedMaster.started(workers: 1)
        let dead = master.serving[0]
        master.end(dead)
        master.pass(.seconds(1))
        master.handle(.message(.ready, from: dead))
        master.handle(.workerExited(dead, .exited(0)))
        #expect(master.serving.isEmpty)
        #expect(master.booting.count == 1)
    }

    @Test func aWorkerThatDrainsByItselfIsReplacedAtOnceAndHasItsDeadlines() {
        var master = SimulatedMaster.started(workers: 2)
        let leaving = master.serving[0]
        master.handle(.message(.draining, from: leaving))
        #expect(master.booting.map(\.slot) == [3])
        master.pass(.seconds(30))
        #expect(master.sent("stop", to: leaving))
        master.pass(.seconds(2))
        #expect(master.sent("kill", to: leaving))
    }

    @Test func oneMoreTakesTheLowestFreeSlotAndOneFewerTheHighestNumber() {
        var master = SimulatedMaster.started(workers: 2)
        master.handle(.signal(.oneMore))
        #expect(master.booting.map(\.slot) == [3])
        master.readyAll()
        master.handle(.signal(.oneFewer))
        #expect(master.draining.map(\.slot) == [3])
        #expect(master.serving.map(\.slot) == [1, 2])
        master.handle(.signal(.oneMore))
        #expect(master.booting.map(\.slot) == [4])
    }

    @Test func oneFewerTakesAWorkerThatStillBootsFirst() {
        var master = SimulatedMaster.started(workers: 2)
        master.end(master.serving[0])
        master.pass(.seconds(1))
        let booting = master.booting[0]
        master.handle(.signal(.oneFewer))
        #expect(master.sent == [SimulatedMaster.Sent(what: "kill", to: booting)])
        #expect(master.serving.map(\.slot) == [2])
    }

    @Test func thereIsAlwaysOneWorkerAndNeverMoreThanHalfOfTheSlots() {
        var master = SimulatedMaster.started(workers: 1, slots: 7)
        master.handle(.signal(.oneFewer))
        #expect(master.serving.count == 1)
        for _ in 0..<9 { master.handle(.signal(.oneMore)) }
        master.readyAll()
        #expect(master.serving.count == 4)
    }

    @Test func connectionsComeToAWorkerFromTheMomentItCountsAsReadyAndThatIsSaidOnce() throws {
        var master = SimulatedMaster(workers: 1)
        master.handle(.start)
        let id = try #require(master.booting.first)
        #expect(master.accepting.isEmpty)
        master.ready(id)
        master.ready(id)
        #expect(master.accepting == [id])
    }
}
