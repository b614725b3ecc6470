import Supervisor
import Testing

@Suite struct StopTests {
    @Test func termDrainsThenCancelsThenKillsThenEnds() {
        var world = World.started(workers: 2)
        let (good, bad) = (world.serving[0], world.serving[1])
        let effects = world.handle(.signal(.terminate))
        #expect(effects.contains(.closeListeners))
        #expect(world.sent("drain", to: good) && world.sent("drain", to: bad))
        world.end(good, .exited(0))
        world.pass(.seconds(29))
        #expect(!world.sent("stop", to: bad))
        world.pass(.seconds(1))
        #expect(world.sent("stop", to: bad))
        world.pass(.seconds(2))
        #expect(world.sent("kill", to: bad))
        #expect(world.outcome == nil)
        world.end(bad)
        #expect(world.outcome == .stopped)
    }

    @Test func eachFurtherTermGoesOneStepOn() {
        var world = World.started(workers: 1)
        let id = world.serving[0]
        for _ in 0..<5 { world.handle(.signal(.terminate)) }
        #expect(world.sent.map(\.what) == ["drain", "stop", "kill"])
        #expect(world.announced.filter { $0 != .extend(.seconds(30)) } == [.ready, .stopping])
        world.end(id)
        #expect(world.outcome == .stopped)
    }

    @Test(arguments: [Event.Signal.interrupt, .quit]) func aQuickStopGivesTwoSeconds(signal: Event.Signal) {
        var world = World.started(workers: 1)
        let id = world.serving[0]
        world.handle(.signal(signal))
        #expect(world.sent.map(\.what) == ["stop"])
        world.pass(.seconds(2))
        #expect(world.sent.map(\.what) == ["stop", "kill"])
        world.end(id)
        #expect(world.outcome == .stopped)
    }

    @Test func aQuickStopHastensWhoDrains() {
        var world = World.started(workers: 1)
        world.handle(.signal(.terminate))
        world.handle(.signal(.interrupt))
        #expect(world.sent.map(\.what) == ["drain", "stop"])
    }

    @Test func aWorkerThatBootsIsNotWaitedFor() {
        var world = World(workers: 2)
        world.handle(.start)
        let ids = world.booting
        world.handle(.signal(.terminate))
        #expect(ids.allSatisfy { world.sent("kill", to: $0) })
        for id in ids { world.end(id) }
        #expect(world.outcome == .stopped)
    }

    @Test func aPrestartIsEndedAndItsEndIsAwaited() {
        var world = World(prestart: true)
        world.handle(.start)
        world.handle(.signal(.terminate))
        #expect(world.sent.map(\.what) == ["terminate"])
        #expect(world.outcome == nil)
        world.pass(.seconds(2))
        #expect(world.sent.map(\.what) == ["terminate", "kill"])
        world.endPrestart(.signaled(9))
        #expect(world.outcome == .stopped)
        #expect(world.living.isEmpty)
    }

    @Test func nobodyIsReplacedWhileTheMasterStops() {
        var world = World.started(workers: 2)
        world.end(world.serving[0])
        world.handle(.signal(.terminate))
        world.pass(.seconds(5))
        #expect(world.living.count == 1)
        for signal in [Event.Signal.hangup, .oneMore] { world.handle(.signal(signal)) }
        world.end(world.living[0], .exited(0))
        #expect(world.outcome == .stopped)
    }
}
