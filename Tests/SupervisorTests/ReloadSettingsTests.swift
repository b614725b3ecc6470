import Contract
import Supervisor
import Testing

/// What the settings that a reload reads do to it.
@Suite struct ReloadSettingsTests {
    @Test func aNewNumberOfWorkersHoldsWhenTheReloadIsDone() {
        var master = SimulatedMaster.started(workers: 2)
        master.settings.workers = 4
        master.handle(.signal(.hangup))
        master.open()
        while master.supervisor.generation == 1 {
            #expect(master.serving.count >= 2)
            master.readyAll()
        }
        #expect(master.supervisor.target == 4)
        #expect(master.serving.map(\.generation) == [2, 2, 2, 2])
        #expect(master.logged.contains(.targetChanged(workers: 4)))
    }

    @Test func fewerWorkersComeLast() {
        var master = SimulatedMaster.started(workers: 4)
        master.settings.workers = 2
        master.handle(.signal(.hangup))
        master.open()
        while master.supervisor.generation == 1 {
            #expect(master.serving.count == 4)
            master.readyAll()
        }
        #expect(master.serving.map(\.generation) == [2, 2])
    }

    @Test func aReloadThatFailsLeavesTheNumberAsItWas() {
        var master = SimulatedMaster.started(workers: 2)
        master.settings.workers = 4
        master.handle(.signal(.hangup))
        master.open()
        while master.supervisor.target == 2 { master.readyAll() }
        master.end(master.booting[0], .exited(1))
        #expect(master.supervisor.target == 2)
        master.calm()
        #expect(master.serving.map(\.generation) == [1, 1])
    }

    @Test func theNumberThatAnOperatorChoseOutlivesOneThatFails() {
        var master = SimulatedMaster.started(workers: 2)
        master.settings.workers = 4
        master.handle(.signal(.hangup))
        master.open()
        while master.supervisor.target == 2 { master.readyAll() }
        master.handle(.scale(to: 3))
        master.end(master.booting[0], .exited(1))
        #expect(master.supervisor.target == 3)
        master.calm()
        #expect(master.serving.map(\.generation) == [1, 1, 1])
    }

    @Test func theNumberThatAnOperatorChoseOutlivesAReload() {
        var master = SimulatedMaster.started(workers: 2)
        master.handle(.signal(.oneMore))
        master.readyAll()
        master.handle(.signal(.hangup))
        master.open()
        master.calm()
        #expect(master.serving.map(\.generation) == [2, 2, 2])
        master.settings.workers = 5
        master.handle(.signal(.hangup))
        master.open()
        master.handle(.scale(to: 1))
        master.calm()
        #expect(master.serving.map(\.generation) == [3])
    }

    @Test func theNewGenerationHasItsOwnTimeouts() {
        var master = SimulatedMaster.started(workers: 1)
        master.settings.bootTimeout = .seconds(5)
        master.settings.gracefulTimeout = .seconds(3)
        master.handle(.signal(.hangup))
        master.open()
        master.pass(.seconds(5))
        #expect(master.logged.contains { if case .reloadFailed(2, .bootTimedOut) = $0 { true } else { false } })
        master.end(master.living.last!)
        master.handle(.signal(.hangup))
        master.open()
        master.readyAll()
        // The old one has the time that it was started with.
        let old = master.draining[0]
        master.pass(.seconds(29))
        #expect(!master.sent("stop", to: old))
        master.end(old, .exited(0))
        master.handle(.signal(.terminate))
        master.pass(.seconds(3))
        #expect(master.sent("stop", to: master.living[0]))
    }

    @Test func anAbandonedReloadLeavesTheOldSettings() {
        var master = SimulatedMaster.started(workers: 1)
        let old = master.supervisor.settings
        master.settings.gracefulTimeout = .seconds(1)
        master.handle(.signal(.hangup))
        master.open()
        master.end(master.booting[0], .exited(1))
        #expect(master.supervisor.settings == old)
    }

    @Test func theSurgeIsTheirsWhoCome() {
        var master = SimulatedMaster.started(workers: 4)
        master.settings.maxSurge = 3
        master.handle(.signal(.hangup))
        master.open()
        master.readyAll()
        #expect(master.booting.count == 3)
        #expect(master.serving.count == 4)
    }

    @Test func someMayBeTakenAwayWhereTheSettingsSaySo() {
        var master = SimulatedMaster.started(workers: 4)
        master.settings.maxUnavailable = 2
        master.handle(.signal(.hangup))
        master.open()
        #expect(master.serving.count == 4)
        master.readyAll()
        #expect(master.serving.count == 2)
        #expect(master.booting.count == 3)
    }

    @Test func aSurgeOfTwoBootsTwoAtOnce() {
        var master = SimulatedMaster.started(Settings(workers: 4, prestart: false, maxSurge: 2))
        master.handle(.signal(.hangup))
        master.open()
        #expect(master.booting.count == 1)
        master.readyAll()
        #expect(master.booting.count == 2)
        #expect(master.serving.count == 4)
        master.calm()
        #expect(master.serving.map(\.generation) == [2, 2, 2, 2])
    }

    @Test func withoutSurgeOneGoesBeforeTheNextComes() {
        var master = SimulatedMaster.started(Settings(workers: 2, prestart: false, maxSurge: 0, maxUnavailable: 1))
        master.handle(.signal(.hangup))
        master.open()
        while master.supervisor.generation == 1 {
            #expect(master.serving.count == 1)
            #expect(master.booting.count == 1)
            master.readyAll()
        }
        #expect(master.serving.map(\.generation) == [2, 2])
    }

    @Test func withoutSurgeAnAbandonedReloadComesBackTheSameWay() {
        var master = SimulatedMaster.started(Settings(workers: 3, prestart: false, maxSurge: 0, maxUnavailable: 1))
        master.handle(.signal(.hangup))
        master.open()
        master.readyAll()
        master.end(master.booting[0], .exited(1))
        while master.serving.contains(where: { $0.generation == 2 }) || master.serving.count < 3 {
            #expect(master.serving.count == 2)
            master.readyAll()
        }
        #expect(master.serving.map(\.generation) == [1, 1, 1])
    }

    @Test func severalHangupsInTheMiddleAreNotedOnce() {
        var master = SimulatedMaster.started(workers: 1)
        for _ in 0..<5 { master.handle(.signal(.hangup)) }
        #expect(master.logged.count { $0 == .reloadQueued } == 1)
    }
}
