import Supervisor
import Testing

@Suite struct StartTests {
    @Test func noWorkerStartsBeforeThePrestartIsDone() {
        var world = World(workers: 2, prestart: true)
        world.handle(.start)
        #expect(world.prestart == 1)
        #expect(world.living.isEmpty)
        world.endPrestart()
        #expect(world.living.map(\.slot) == [1, 2])
        #expect(world.living.allSatisfy { $0.generation == 1 })
    }

    @Test func readyIsAnnouncedOnceAndOnlyWhenAllFirstWorkersAre() {
        var world = World(workers: 2)
        world.handle(.start)
        world.ready(world.booting[0])
        #expect(world.announced.isEmpty)
        world.readyAll()
        #expect(world.announced == [.ready])
        world.end(world.serving[0])
        world.pass(.seconds(1))
        world.readyAll()
        #expect(world.announced == [.ready])
    }

    @Test(arguments: [Ending.exited(5), .signaled(11), .notStarted("execveat: Exec format error")])
    func aFailedPrestartIsTheEnd(ending: Ending) {
        var world = World(prestart: true)
        world.handle(.start)
        world.endPrestart(ending)
        #expect(world.outcome == .prestartFailed)
        #expect(world.living.isEmpty)
    }

    @Test func aPrestartThatRefusesItsSettingsIsTheEndForThat() {
        var world = World(prestart: true)
        world.handle(.start)
        world.endPrestart(.exited(1))
        #expect(world.outcome == .settingsRefused)
        #expect(world.living.isEmpty)
    }

    @Test func tenFailuresBeforeAnyWorkerWasReadyAreTheEnd() {
        var world = World(workers: 4)
        world.handle(.start)
        var failures = 0
        while failures < 10 {
            guard let id = world.booting.first else { world.pass(.milliseconds(100)); continue }
            #expect(world.outcome == nil)
            world.end(id, .exited(3))
            failures += 1
        }
        for id in world.living { world.end(id) }
        #expect(world.outcome == .neverReady)
        #expect(failures == 10)
    }

    @Test func aForkThatFailsCountsLikeAWorkerThatFails() {
        var world = World(workers: 1)
        world.spawnFailure = { _ in "fork: Resource temporarily unavailable" }
        world.handle(.start)
        world.pass(.seconds(200))
        #expect(world.outcome == .neverReady)
    }

    @Test func exitCode4AtTheStartIsTheEndAtOnce() {
        var world = World(workers: 2)
        world.handle(.start)
        let other = world.booting[1]
        world.end(world.booting[0], .exited(4))
        #expect(world.sent("kill", to: other))
        #expect(world.outcome == nil)
        world.end(other)
        #expect(world.outcome == .applicationFailed)
    }

    @Test func exitCode1OfAWorkerThatBootsAtTheStartIsTheEndAtOnce() {
        var world = World(workers: 2)
        world.handle(.start)
        let other = world.booting[1]
        world.end(world.booting[0], .exited(1))
        #expect(world.sent("kill", to: other))
        world.end(other)
        #expect(world.outcome == .settingsRefused)
    }

    /// It says nothing of its settings: it was told to abort, and the code is whatever its runtime makes of that.
    @Test func exitCode1OfAWorkerThatWasGivenUpIsAFailureLikeAnyOther() {
        var world = World(workers: 1)
        world.handle(.start)
        let late = world.booting[0]
        world.pass(.seconds(60))
        world.end(late, .exited(1))
        #expect(world.outcome == nil)
    }

    @Test(arguments: [Int32(1), 4]) func noExitOfAWorkerStopsAMasterThatWasReadyOnce(code: Int32) {
        var world = World(workers: 2)
        world.handle(.start)
        world.ready(world.booting[0])
        for _ in 0..<50 {
            for id in world.supervisor.workers.map(\.id) { world.end(id, .exited(code)) }
            world.pass(.seconds(31))
        }
        #expect(world.outcome == nil)
        #expect(world.booting.count == 2)
    }
}
