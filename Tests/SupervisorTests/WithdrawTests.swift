import Supervisor
import Testing

@Suite struct WithdrawTests {
    private func started(workers: Int = 2) -> World {
        World.started(Configuration(workers: workers, prestart: false, shutdownDelay: .seconds(5)))
    }

    @Test func termFirstTakesReadinessBackAndServesOn() {
        var world = started()
        let ids = world.serving
        let effects = world.handle(.signal(.terminate))
        #expect(effects.contains(.announce(.stopping)))
        #expect(!effects.contains(.closeListeners))
        #expect(world.sent == ids.map { World.Sent(what: "withdraw", to: $0) })
        #expect(world.serving == ids)
        world.pass(.milliseconds(4_999))
        #expect(world.serving == ids)
        #expect(world.supervisor.standing == .stopping(.withdraw))
        world.pass(.milliseconds(1))
        #expect(world.draining == ids)
        #expect(world.supervisor.standing == .stopping(.drain))
        for id in ids { world.end(id, .exited(0)) }
        #expect(world.outcome == .stopped)
    }

    @Test func eachFurtherTermGoesOneStepOn() {
        var world = started(workers: 1)
        for _ in 0..<6 { world.handle(.signal(.terminate)) }
        #expect(world.sent.map(\.what) == ["withdraw", "drain", "stop", "kill"])
        #expect(world.notices.suffix(1) == [.workerKilled(world.living[0])])
    }

    @Test func theListenersCloseOnceWhenTheDelayIsOver() {
        var world = started(workers: 1)
        world.handle(.signal(.terminate))
        #expect(world.handle(.signal(.interrupt)).count { $0 == .closeListeners } == 1)
        #expect(world.sent.map(\.what) == ["withdraw", "stop"])
        #expect(!world.handle(.signal(.terminate)).contains(.closeListeners))
    }

    @Test func aQuickStopHasNoDelay() {
        var world = started(workers: 1)
        #expect(world.handle(.signal(.quit)).contains(.closeListeners))
        #expect(world.sent.map(\.what) == ["stop"])
    }

    @Test func nobodyNewComesMeanwhile() {
        var world = started()
        world.handle(.message(.recycle, from: world.serving[0]))
        let booting = world.booting[0]
        world.handle(.signal(.terminate))
        #expect(world.sent("kill", to: booting))
        world.ready(booting)
        world.end(booting)
        world.end(world.serving[0])
        for event in [Event.signal(.hangup), .signal(.oneMore), .scale(to: 4), .signal(.user2)] { world.handle(event) }
        world.pass(.seconds(4))
        #expect(world.living.count == 1)
        #expect(world.opening == nil && !world.isChecking)
        world.pass(.seconds(1))
        world.end(world.living[0], .exited(0))
        #expect(world.outcome == .stopped)
    }

    @Test func aReloadInTheMiddleIsGivenUpAndBothGenerationsServeOn() {
        var world = started()
        world.handle(.signal(.hangup))
        world.open()
        world.readyAll()
        let booting = world.booting[0]
        world.handle(.signal(.terminate))
        #expect(world.sent("kill", to: booting))
        #expect(world.serving.map(\.generation).sorted() == [1, 2])
    }

    @Test func withoutAReadyWorkerThereIsNothingToTakeBack() {
        var world = World(Configuration(workers: 1, prestart: false, shutdownDelay: .seconds(5)))
        world.handle(.start)
        #expect(world.handle(.signal(.terminate)).contains(.closeListeners))
        #expect(world.sent.map(\.what) == ["kill"])
    }

    @Test func whenTheLastWorkerDiesTheMasterEnds() {
        var world = started(workers: 1)
        world.handle(.signal(.terminate))
        world.end(world.living[0])
        #expect(world.outcome == .stopped)
    }
}
