import Supervisor
import Testing

@Suite struct WorkerTests {
    @Test func aDeadWorkerIsReplacedInItsOwnSlotAfterTheShortestWait() {
        var world = World.started()
        let dead = world.serving[1]
        world.end(dead)
        #expect(world.living.count == 2)
        world.pass(.milliseconds(99))
        #expect(world.living.count == 2)
        world.pass(.milliseconds(1))
        #expect(world.booting.map(\.slot) == [dead.slot])
        #expect(world.booting[0] != dead)
    }

    @Test func theWaitDoublesToItsLimitAndIsShortAgainAfterHealth() {
        var world = World.started(workers: 1)
        func waitAfterDeath(_ world: inout World) -> Duration {
            world.end(world.supervisor.workers[0].id, .exited(1))
            let wait = world.supervisor.nextDeadline! - world.now
            world.pass(wait)
            return wait
        }
        let waits = (0..<11).map { _ in waitAfterDeath(&world) }
        #expect(waits.prefix(4) == [.milliseconds(100), .milliseconds(200), .milliseconds(400), .milliseconds(800)])
        #expect(waits.suffix(2) == [.seconds(30), .seconds(30)])
        world.readyAll()
        world.pass(.seconds(9))
        #expect(waitAfterDeath(&world) == .seconds(30))
        world.readyAll()
        world.pass(.seconds(10))
        #expect(waitAfterDeath(&world) == .milliseconds(100))
    }

    @Test func aWorkerThatIsNotReadyInTimeIsAbortedThenKilledThenReplaced() {
        var world = World(workers: 1, bootTimeout: .seconds(60))
        world.handle(.start)
        let late = world.booting[0]
        world.pass(.seconds(60))
        #expect(world.sent == [World.Sent(what: "abort", to: late)])
        world.ready(late)
        #expect(world.serving.isEmpty)
        world.pass(.seconds(2))
        #expect(world.sent.last == World.Sent(what: "kill", to: late))
        world.end(late)
        world.pass(.seconds(1))
        #expect(world.booting.count == 1)
    }

    @Test func workersThatWereReadyInTimeAreNotLateBecauseNobodyListened() {
        var world = World(workers: 2, bootTimeout: .seconds(5))
        world.handle(.start)
        world.now += .seconds(60)
        world.readyAll()
        world.handle(.deadline)
        #expect(world.serving.count == 2)
        #expect(world.sent.isEmpty)
    }

    @Test func whatADeadWorkerSaidLateConcernsNobody() {
        var world = World.started(workers: 1)
        let dead = world.serving[0]
        world.end(dead)
        world.pass(.seconds(1))
        world.handle(.message(.ready, from: dead))
        world.handle(.ended(dead, .exited(0)))
        #expect(world.serving.isEmpty)
        #expect(world.booting.count == 1)
    }

    @Test func aWorkerThatDrainsByItselfIsReplacedAtOnceAndHasItsDeadlines() {
        var world = World.started(workers: 2)
        let leaving = world.serving[0]
        world.handle(.message(.draining, from: leaving))
        #expect(world.booting.map(\.slot) == [3])
        world.pass(.seconds(30))
        #expect(world.sent("stop", to: leaving))
        world.pass(.seconds(2))
        #expect(world.sent("kill", to: leaving))
    }

    @Test func oneMoreTakesTheLowestFreeSlotAndOneFewerTheHighestNumber() {
        var world = World.started(workers: 2)
        world.handle(.signal(.oneMore))
        #expect(world.booting.map(\.slot) == [3])
        world.readyAll()
        world.handle(.signal(.oneFewer))
        #expect(world.draining.map(\.slot) == [3])
        #expect(world.serving.map(\.slot) == [1, 2])
        world.handle(.signal(.oneMore))
        #expect(world.booting.map(\.slot) == [4])
    }

    @Test func oneFewerTakesAWorkerThatStillBootsFirst() {
        var world = World.started(workers: 2)
        world.end(world.serving[0])
        world.pass(.seconds(1))
        let booting = world.booting[0]
        world.handle(.signal(.oneFewer))
        #expect(world.sent == [World.Sent(what: "kill", to: booting)])
        #expect(world.serving.map(\.slot) == [2])
    }

    @Test func thereIsAlwaysOneWorkerAndNeverMoreThanHalfOfTheSlots() {
        var world = World.started(workers: 1, slots: 7)
        world.handle(.signal(.oneFewer))
        #expect(world.serving.count == 1)
        for _ in 0..<9 { world.handle(.signal(.oneMore)) }
        world.readyAll()
        #expect(world.serving.count == 4)
    }

    @Test func connectionsComeToAWorkerFromTheMomentItCountsAsReadyAndThatIsSaidOnce() throws {
        var world = World(workers: 1)
        world.handle(.start)
        let id = try #require(world.booting.first)
        #expect(world.accepting.isEmpty)
        world.ready(id)
        world.ready(id)
        #expect(world.accepting == [id])
    }
}
