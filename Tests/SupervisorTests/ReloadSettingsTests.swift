import Supervisor
import Testing

/// What the settings that a reload reads do to it.
@Suite struct ReloadSettingsTests {
    @Test func aNewNumberOfWorkersHoldsWhenTheReloadIsDone() {
        var world = World.started(workers: 2)
        world.configuration.workers = 4
        world.handle(.signal(.hangup))
        world.open()
        while world.supervisor.generation == 1 {
            #expect(world.serving.count >= 2)
            world.readyAll()
        }
        #expect(world.supervisor.target == 4)
        #expect(world.serving.map(\.generation) == [2, 2, 2, 2])
        #expect(world.notices.contains(.workersWanted(4)))
    }

    @Test func fewerWorkersComeLast() {
        var world = World.started(workers: 4)
        world.configuration.workers = 2
        world.handle(.signal(.hangup))
        world.open()
        while world.supervisor.generation == 1 {
            #expect(world.serving.count == 4)
            world.readyAll()
        }
        #expect(world.serving.map(\.generation) == [2, 2])
    }

    @Test func aReloadThatFailsLeavesTheNumberAsItWas() {
        var world = World.started(workers: 2)
        world.configuration.workers = 4
        world.handle(.signal(.hangup))
        world.open()
        while world.supervisor.target == 2 { world.readyAll() }
        world.end(world.booting[0], .exited(1))
        #expect(world.supervisor.target == 2)
        world.calm()
        #expect(world.serving.map(\.generation) == [1, 1])
    }

    @Test func theNumberThatAnOperatorChoseOutlivesOneThatFails() {
        var world = World.started(workers: 2)
        world.configuration.workers = 4
        world.handle(.signal(.hangup))
        world.open()
        while world.supervisor.target == 2 { world.readyAll() }
        world.handle(.scale(to: 3))
        world.end(world.booting[0], .exited(1))
        #expect(world.supervisor.target == 3)
        world.calm()
        #expect(world.serving.map(\.generation) == [1, 1, 1])
    }

    @Test func theNumberThatAnOperatorChoseOutlivesAReload() {
        var world = World.started(workers: 2)
        world.handle(.signal(.oneMore))
        world.readyAll()
        world.handle(.signal(.hangup))
        world.open()
        world.calm()
        #expect(world.serving.map(\.generation) == [2, 2, 2])
        world.configuration.workers = 5
        world.handle(.signal(.hangup))
        world.open()
        world.handle(.scale(to: 1))
        world.calm()
        #expect(world.serving.map(\.generation) == [3])
    }

    @Test func theNewGenerationHasItsOwnTimeouts() {
        var world = World.started(workers: 1)
        world.configuration.bootTimeout = .seconds(5)
        world.configuration.gracefulTimeout = .seconds(3)
        world.handle(.signal(.hangup))
        world.open()
        world.pass(.seconds(5))
        #expect(world.notices.contains { if case .reloadAbandoned(2, .bootTimePassed) = $0 { true } else { false } })
        world.end(world.living.last!)
        world.handle(.signal(.hangup))
        world.open()
        world.readyAll()
        // The old one has the time that it was started with.
        let old = world.draining[0]
        world.pass(.seconds(29))
        #expect(!world.sent("stop", to: old))
        world.end(old, .exited(0))
        world.handle(.signal(.terminate))
        world.pass(.seconds(3))
        #expect(world.sent("stop", to: world.living[0]))
    }

    @Test func anAbandonedReloadLeavesTheOldSettings() {
        var world = World.started(workers: 1)
        let old = world.supervisor.configuration
        world.configuration.gracefulTimeout = .seconds(1)
        world.handle(.signal(.hangup))
        world.open()
        world.end(world.booting[0], .exited(1))
        #expect(world.supervisor.configuration == old)
    }

    @Test func theSurgeIsTheirsWhoCome() {
        var world = World.started(workers: 4)
        world.configuration.surge = 3
        world.handle(.signal(.hangup))
        world.open()
        world.readyAll()
        #expect(world.booting.count == 3)
        #expect(world.serving.count == 4)
    }

    @Test func someMayBeTakenAwayWhereTheSettingsSaySo() {
        var world = World.started(workers: 4)
        world.configuration.unavailable = 2
        world.handle(.signal(.hangup))
        world.open()
        #expect(world.serving.count == 4)
        world.readyAll()
        #expect(world.serving.count == 2)
        #expect(world.booting.count == 3)
    }

    @Test func aSurgeOfTwoBootsTwoAtOnce() {
        var world = World.started(Configuration(workers: 4, prestart: false, surge: 2))
        world.handle(.signal(.hangup))
        world.open()
        #expect(world.booting.count == 1)
        world.readyAll()
        #expect(world.booting.count == 2)
        #expect(world.serving.count == 4)
        world.calm()
        #expect(world.serving.map(\.generation) == [2, 2, 2, 2])
    }

    @Test func withoutSurgeOneGoesBeforeTheNextComes() {
        var world = World.started(Configuration(workers: 2, prestart: false, surge: 0, unavailable: 1))
        world.handle(.signal(.hangup))
        world.open()
        while world.supervisor.generation == 1 {
            #expect(world.serving.count == 1)
            #expect(world.booting.count == 1)
            world.readyAll()
        }
        #expect(world.serving.map(\.generation) == [2, 2])
    }

    @Test func withoutSurgeAnAbandonedReloadComesBackTheSameWay() {
        var world = World.started(Configuration(workers: 3, prestart: false, surge: 0, unavailable: 1))
        world.handle(.signal(.hangup))
        world.open()
        world.readyAll()
        world.end(world.booting[0], .exited(1))
        while world.serving.contains(where: { $0.generation == 2 }) || world.serving.count < 3 {
            #expect(world.serving.count == 2)
            world.readyAll()
        }
        #expect(world.serving.map(\.generation) == [1, 1, 1])
    }

    @Test func severalHangupsInTheMiddleAreNotedOnce() {
        var world = World.started(workers: 1)
        for _ in 0..<5 { world.handle(.signal(.hangup)) }
        #expect(world.notices.count { $0 == .reloadNoted } == 1)
    }
}
