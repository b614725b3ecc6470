import Supervisor
import Testing

@Suite struct ReloadTests {
    @Test func anOldWorkerGoesOnlyWhenANewOneIsReady() {
        var world = World.started(workers: 2)
        world.handle(.signal(.hangup))
        world.open()
        #expect(world.booting.map(\.generation) == [2])
        #expect(world.sent.isEmpty)
        world.readyAll()
        #expect(world.draining.count == 1)
        #expect(world.serving.count == 2)
        #expect(world.booting.map(\.generation) == [2])
        world.readyAll()
        #expect(world.serving.map(\.generation) == [2, 2])
        #expect(world.supervisor.generation == 2)
        #expect(world.announced == [.ready, .reloading, .ready])
        #expect(world.closed.isEmpty)
        for id in world.draining { world.end(id, .exited(0)) }
        #expect(world.closed == [1])
        #expect(world.living.count == 2)
    }

    @Test func theNewGenerationsPrestartRunsFirst() {
        var world = World.started(workers: 1, prestart: true)
        world.handle(.signal(.hangup))
        world.open()
        #expect(world.prestart == 2)
        #expect(world.booting.isEmpty)
        world.endPrestart()
        #expect(world.booting.map(\.generation) == [2])
    }

    @Test func aPrestartThatFailsLeavesTheOldWorkersServing() {
        var world = World.started(workers: 2, prestart: true)
        world.handle(.signal(.hangup))
        world.open()
        world.endPrestart(.exited(1))
        #expect(world.notices.contains(.reloadAbandoned(generation: 2, .prestart(.exited(1)))))
        #expect(world.serving.map(\.generation) == [1, 1])
        #expect(world.sent.isEmpty)
        #expect(world.closed == [2])
        #expect(world.announced.last == .ready)
    }

    @Test func anExecutableThatCannotBeOpenedLeavesTheOldWorkersServing() {
        var world = World.started(workers: 2)
        world.handle(.signal(.hangup))
        world.handle(.openFailed(generation: 2, reason: "gone"))
        #expect(world.notices.last == .reloadAbandoned(generation: 2, .executable(reason: "gone")))
        #expect(world.serving.count == 2)
        world.end(world.serving[0])
        world.pass(.seconds(1))
        #expect(world.booting.map(\.generation) == [1])
    }

    @Test(arguments: [Ending.exited(0), .exited(4), .signaled(11), .notStarted("execveat: Exec format error")])
    func aNewWorkerThatEndsAbandonsTheReload(ending: Ending) {
        var world = World.started(workers: 3)
        world.handle(.signal(.hangup))
        world.open()
        let new = world.booting[0]
        world.end(new, ending)
        #expect(world.notices.contains(.reloadAbandoned(generation: 2, .workerEnded(new, ending))))
        #expect(world.serving.map(\.generation) == [1, 1, 1])
        #expect(world.booting.isEmpty)
        #expect(world.outcome == nil)
    }

    @Test func aNewWorkerThatIsNotReadyInTimeAbandonsTheReloadAtOnce() {
        var world = World.started(workers: 3)
        world.handle(.signal(.hangup))
        world.open()
        let new = world.booting[0]
        world.pass(.seconds(60))
        #expect(world.notices.contains(.reloadAbandoned(generation: 2, .bootTimePassed(new))))
        #expect(world.sent == [World.Sent(what: "abort", to: new)])
        world.pass(.seconds(2))
        #expect(world.sent("kill", to: new))
        world.end(new)
        #expect(world.closed == [2])
        #expect(world.living.count == 3)
    }

    @Test func anAbandonedReloadBringsTheOldGenerationBackWithoutAGap() {
        var world = World.started(workers: 3)
        world.handle(.signal(.hangup))
        world.open()
        world.readyAll()
        world.readyAll()
        #expect(world.serving.map(\.generation).sorted() == [1, 2, 2])
        world.end(world.booting[0], .exited(1))
        // The new ones that are ready serve on until old ones have come back.
        while world.serving.contains(where: { $0.generation == 2 }) {
            #expect(world.serving.count == 3)
            #expect(world.booting.map(\.generation) == [1])
            world.readyAll()
        }
        world.calm()
        #expect(world.serving.map(\.generation) == [1, 1, 1])
        #expect(world.closed == [2])
    }

    @Test func aCrashBeforeTheNewGenerationHasProvedItselfBringsBackTheOldBuild() {
        var world = World.started(workers: 2)
        world.handle(.signal(.hangup))
        world.open()
        world.end(world.serving[0])
        world.pass(.seconds(1))
        #expect(world.booting.map(\.generation).sorted() == [1, 2])
    }

    @Test func aSecondHangupIsRememberedAndStartsAnewAfterwards() {
        var world = World.started(workers: 1)
        world.handle(.signal(.hangup))
        world.open()
        world.handle(.signal(.hangup))
        world.handle(.signal(.hangup))
        #expect(world.opening == nil)
        world.readyAll()
        #expect(world.opening == 3)
        world.open()
        world.readyAll()
        #expect(world.serving.map(\.generation) == [3])
        #expect(world.opening == nil)
    }

    @Test func aHangupDuringThePrestartWaitsForIt() {
        var world = World(workers: 1, prestart: true)
        world.handle(.start)
        world.handle(.signal(.hangup))
        #expect(world.opening == nil)
        world.endPrestart()
        #expect(world.opening == 2)
    }

    @Test func termInTheMiddleStopsEverybodyAndWaitsForNobodyThatBoots() {
        var world = World.started(workers: 2)
        world.handle(.signal(.hangup))
        world.open()
        let new = world.booting[0]
        let old = world.serving
        world.handle(.signal(.terminate))
        #expect(world.sent("kill", to: new))
        #expect(old.allSatisfy { world.sent("drain", to: $0) })
        for id in world.living { world.end(id, .exited(0)) }
        #expect(world.outcome == .stopped)
    }

    @Test func termDuringTheReloadsPrestartEndsIt() {
        var world = World.started(workers: 1, prestart: true)
        world.handle(.signal(.hangup))
        world.open()
        world.handle(.signal(.terminate))
        #expect(world.sent("terminate", to: World.prestartID))
        world.end(world.living[0], .exited(0))
        #expect(world.outcome == nil)
        world.endPrestart(.signaled(15))
        #expect(world.outcome == .stopped)
    }

    @Test func anOldWorkerThatDoesNotDrainIsToldToStopThenKilled() {
        var world = World.started(workers: 1)
        world.handle(.signal(.hangup))
        world.open()
        world.readyAll()
        let old = world.draining[0]
        world.pass(.seconds(30))
        #expect(world.sent("stop", to: old))
        world.pass(.seconds(2))
        #expect(world.sent("kill", to: old))
        #expect(world.serving.map(\.generation) == [2])
    }

    @Test func aReloadRepairsAServerWhoseWorkersAllFail() {
        var world = World.started(workers: 2)
        for _ in 0..<5 {
            for id in world.supervisor.workers.map(\.id) { world.end(id, .exited(1)) }
            world.pass(.seconds(2))
        }
        world.handle(.signal(.hangup))
        world.open()
        for id in world.booting where id.generation == 2 { world.ready(id) }
        world.readyAll()
        #expect(world.serving.map(\.generation) == [2, 2])
        #expect(world.supervisor.generation == 2)
    }

    @Test func itIsDoneWhenNoConnectionCanComeToAnOldWorkerAnyMore() throws {
        var world = World.started(workers: 1)
        let old = try #require(world.serving.first)
        world.deaf = [old]
        world.handle(.signal(.hangup))
        world.open()
        world.readyAll()
        #expect(world.draining == [old])
        #expect(world.supervisor.generation == 1, "it may still accept")
        world.handle(.message(.draining, from: old))
        #expect(world.supervisor.generation == 2)
    }

    @Test func anOldWorkerThatHearsNothingHoldsItUpForItsGraceAndNoLonger() throws {
        var world = World.started(workers: 1)
        world.deaf = Set(world.serving)
        world.handle(.signal(.hangup))
        world.open()
        world.readyAll()
        world.pass(.seconds(29))
        #expect(world.supervisor.generation == 1)
        world.pass(.seconds(2))
        #expect(world.supervisor.generation == 2)
    }
}
