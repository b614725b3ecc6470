import Supervisor
import Testing

/// What the host and the log files are told.
@Suite struct HostTests {
    @Test func theHostHearsTwiceInItsTimeInEveryPhase() {
        var world = World(Configuration(workers: 1, watchdog: .seconds(8)))
        func alive(_ world: World) -> Int { world.announced.count { $0 == .alive } }
        world.handle(.start)
        #expect(alive(world) == 1)
        world.pass(.seconds(40))
        #expect(alive(world) == 11)
        world.endPrestart()
        world.readyAll()
        world.pass(.seconds(40))
        #expect(alive(world) == 21)
        world.handle(.signal(.terminate))
        world.pass(.seconds(4))
        #expect(alive(world) == 22)
        world.end(world.living[0])
        #expect(world.outcome == .stopped)
        #expect(world.supervisor.nextDeadline == nil)
    }

    @Test func patienceIsAskedForWhileAPrestartRuns() {
        var world = World(workers: 1, prestart: true)
        func asked(_ world: World) -> Int { world.announced.count { $0 == .extend(.seconds(30)) } }
        world.handle(.start)
        #expect(asked(world) == 1)
        world.pass(.seconds(300))
        #expect(asked(world) == 31)
        world.endPrestart()
        world.readyAll()
        world.pass(.seconds(300))
        #expect(asked(world) == 31)
        world.handle(.signal(.hangup))
        world.open()
        #expect(asked(world) == 32)
        world.pass(.seconds(20))
        #expect(asked(world) == 34)
    }

    /// As long as it has come to no result, so that whoever waits for that is not told that it failed.
    @Test func patienceIsAskedForWhileAReloadGoesOn() {
        var world = World.started(workers: 1)
        func asked(_ world: World) -> Int { world.announced.count { $0 == .extend(.seconds(30)) } }
        world.handle(.signal(.hangup))
        world.open()
        world.pass(.seconds(25))
        #expect(asked(world) == 2)
        world.readyAll()
        world.pass(.seconds(300))
        #expect(asked(world) == 2)
    }

    @Test func patienceIsAskedForWhileTheServerStops() {
        var world = World.started(workers: 1)
        world.handle(.signal(.terminate))
        world.pass(.seconds(29))
        #expect(world.announced == [.ready, .stopping, .extend(.seconds(30)), .extend(.seconds(30))])
    }

    @Test func onlyTheFirstWatchdogCounts() {
        var world = World.started(workers: 1)
        world.configuration.watchdog = .seconds(2)
        world.handle(.signal(.hangup))
        world.open()
        world.readyAll()
        world.pass(.seconds(60))
        #expect(!world.announced.contains(.alive))
    }

    @Test func logsAreReopenedByEverybodyWhoLives() {
        var world = World.started(workers: 2)
        let ids = world.serving
        world.handle(.signal(.oneMore))
        world.handle(.message(.draining, from: ids[0]))
        let effects = world.handle(.signal(.user1))
        #expect(effects == [.reopenLog] + world.supervisor.workers.map { .send(.reopenLogs, to: $0.id) })
        #expect(effects.count == 5)
        world.handle(.signal(.quit))
        world.pass(.seconds(2))
        #expect(world.handle(.signal(.user1)) == [.reopenLog])
    }

    @Test func aTerminalOfAnotherSizeIsNoReasonForAnything() {
        var world = World.started(workers: 1)
        #expect(world.handle(.signal(.windowChange)).isEmpty)
    }

    @Test func readyFollowsReloadingHoweverItGoes() {
        var world = World.started(workers: 1, prestart: true)
        world.handle(.signal(.hangup))
        world.handle(.openFailed(generation: 2, reason: "gone"))
        world.handle(.signal(.hangup))
        world.open()
        world.endPrestart(.exited(1))
        world.handle(.signal(.hangup))
        world.open()
        world.endPrestart()
        world.readyAll()
        let turns = world.announced.filter { $0 == .ready || $0 == .reloading }
        #expect(turns == [.ready, .reloading, .ready, .reloading, .ready, .reloading, .ready])
    }
}
