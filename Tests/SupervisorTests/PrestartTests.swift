import Supervisor
import Testing

@Suite struct PrestartTests {
    private func world(_ timeout: Duration? = .seconds(60)) -> World {
        var world = World(Configuration(workers: 1, prestart: true, prestartTimeout: timeout))
        world.handle(.start)
        return world
    }

    private var toPrestart: (World) -> [String] {
        { world in world.sent.filter { $0.to == World.prestartID }.map(\.what) }
    }

    @Test func oneThatIsDoneInTimeIsLeftAlone() {
        var world = world()
        world.pass(.seconds(59))
        world.endPrestart()
        world.readyAll()
        world.pass(.seconds(600))
        #expect(toPrestart(world) == [])
        #expect(world.serving.count == 1)
    }

    @Test func oneThatIsLateIsToldToEndAndThenKilled() {
        var world = world()
        world.pass(.seconds(60))
        #expect(toPrestart(world) == ["terminate"])
        #expect(world.notices.contains(.prestartTimePassed(generation: 1, after: .seconds(60))))
        world.pass(.seconds(2))
        #expect(toPrestart(world) == ["terminate", "kill"])
        #expect(world.outcome == nil, "its end is awaited")
        world.endPrestart(.signaled(9))
        #expect(world.outcome == .prestartFailed)
    }

    @Test(arguments: [Ending.exited(0), .exited(5), .signaled(15)])
    func oneThatWasLateHasFailedHoweverItEnds(ending: Ending) {
        var world = world()
        world.pass(.seconds(61))
        world.endPrestart(ending)
        #expect(
            world.notices.contains(.prestartEnded(generation: 1, ending, took: .seconds(61), .late)))
        #expect(world.outcome == .prestartFailed)
        #expect(world.living.isEmpty)
    }

    @Test func aReloadWhosePrestartIsLateIsAbandonedAndTheOldOnesServe() {
        var world = World.started(Configuration(workers: 2, prestart: true, prestartTimeout: .seconds(60)))
        let before = world.serving
        world.handle(.signal(.hangup))
        world.open()
        world.pass(.seconds(60))
        #expect(toPrestart(world) == ["terminate"])
        world.endPrestart(.exited(0))
        #expect(world.notices.contains(.reloadAbandoned(generation: 2, .prestartTimePassed)))
        #expect(world.serving == before)
        #expect(world.outcome == nil)
    }

    /// Those of its generation count: the reload may be what makes it longer.
    @Test func theNewSettingsSayHowLongAReloadsPrestartMayTake() {
        var world = World.started(Configuration(workers: 1, prestart: true, prestartTimeout: .seconds(60)))
        world.configuration.prestartTimeout = .seconds(300)
        world.handle(.signal(.hangup))
        world.open()
        world.pass(.seconds(299))
        #expect(toPrestart(world) == [])
        world.pass(.seconds(1))
        #expect(toPrestart(world) == ["terminate"])
    }

    @Test func withoutALimitItMayTakeForEver() {
        var world = world(nil)
        world.pass(.seconds(7 * 86_400))
        #expect(toPrestart(world) == [])
        #expect(world.announced.last == .extend(.seconds(30)), "and the host is asked for patience all the time")
    }

    /// A machine that slept did not let it work.
    @Test func timeInWhichTheMachineStoodStillDoesNotCount() {
        var world = world(.seconds(25))
        world.pass(.seconds(20))
        world.now += .seconds(3600)
        world.tick()
        #expect(toPrestart(world) == [])
        world.pass(.seconds(6))
        #expect(toPrestart(world) == ["terminate"])
    }

    @Test func aStopEndsALateOneOnceAndIsAnOrdinaryStop() {
        var world = world()
        world.pass(.seconds(60))
        world.handle(.signal(.terminate))
        #expect(toPrestart(world) == ["terminate"])
        world.pass(.seconds(2))
        #expect(toPrestart(world) == ["terminate", "kill"])
        world.endPrestart(.signaled(9))
        #expect(world.outcome == .stopped)
    }

    @Test func aLateOneGoesThroughTheSnapshot() throws {
        for time in [Duration.seconds(30), .seconds(61), .seconds(63)] {
            var world = world()
            world.pass(time)
            try world.makeTwin()
            world.pass(.seconds(40))
            world.endPrestart(.signaled(9))
            #expect(!world.isTwinDifferent)
        }
    }
}
