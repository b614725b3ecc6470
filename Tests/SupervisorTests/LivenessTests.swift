import Supervisor
import Testing

@Suite struct LivenessTests {
    /// Two workers that are ready at 1000 s, with 30 s to give a sign of life.
    private func started(_ timeout: Duration? = .seconds(30)) -> World {
        World.started(Configuration(workers: 2, prestart: false, workerTimeout: timeout))
    }

    @Test func aLoopThatStandsStillIsAbortedThenKilledThenReplaced() {
        var world = started()
        let (good, bad) = (world.serving[0], world.serving[1])
        world.stuck = [bad]
        world.pass(.milliseconds(29_999))
        #expect(world.sent.isEmpty)
        world.pass(.milliseconds(1))
        #expect(world.notices.contains(.workerStuck(bad, .loopStuck(for: .seconds(30)))))
        #expect(world.sent == [World.Sent(what: "abort", to: bad)])
        #expect(world.serving == [good])
        world.pass(.seconds(2))
        #expect(world.sent.last == World.Sent(what: "kill", to: bad))
        world.end(bad, .signaled(9))
        world.pass(.milliseconds(100))
        #expect(world.booting.map(\.slot) == [bad.slot])
    }

    @Test func aDeadlineOnlyMovesWhileTheLoopTicks() {
        var world = started(.seconds(1))
        world.pass(.seconds(3600))
        #expect(world.serving.count == 2)
        #expect(world.sent.isEmpty)
    }

    @Test func aLoopThatIdlesAndTicksOnceASecondIsAliveWhateverTheLimit() {
        var world = started(.milliseconds(10))
        for second in 0..<100 {
            let tick = Duration.seconds(1000 + second)
            while let deadline = world.supervisor.nextDeadline, deadline < tick + .milliseconds(1010) {
                world.now = max(world.now, deadline)
                world.handle(.vitals([world.serving[0]: Vitals(tick: tick), world.serving[1]: Vitals(tick: tick)]))
                world.handle(.deadline)
                #expect(world.serving.count == 2)
            }
        }
        #expect(world.sent.isEmpty)
    }

    @Test func aSilentWorkerThatAnswersTheSecondLookStays() {
        var world = started()
        let late = world.serving[0]
        world.stuck = [late]
        world.pass(.milliseconds(29_500))
        world.stuck = []
        world.pass(.seconds(60))
        #expect(world.sent.isEmpty)
        #expect(world.serving.count == 2)
    }

    @Test func aBlockingPoolThatFinishesNothingIsAFaultThoughTheLoopTicks() {
        var world = started()
        let bad = world.serving[0]
        world.pass(.seconds(100))
        world.waiting[bad] = world.now
        world.pass(.milliseconds(29_999))
        #expect(world.sent.isEmpty)
        world.pass(.seconds(2))
        #expect(world.sent.first == World.Sent(what: "abort", to: bad))
        #expect(world.notices.contains { if case .workerStuck(bad, .poolStuck) = $0 { true } else { false } })
    }

    @Test func aBlockingPoolThatFinishesSomethingNowAndThenIsNone() {
        var world = started()
        for _ in 0..<100 {
            for id in world.serving { world.waiting[id] = world.now }
            world.pass(.seconds(20))
        }
        world.waiting = [:]
        world.pass(.seconds(100))
        #expect(world.sent.isEmpty)
    }

    @Test func withoutALimitNobodyIsStuck() {
        var world = started(nil)
        world.stuck = Set(world.serving)
        world.pass(.seconds(100_000))
        #expect(world.sent.isEmpty)
        #expect(world.supervisor.nextDeadline == nil)
    }

    @Test func aDrainingWorkerWhoseLoopStandsStillIsNotWaitedFor() {
        var world = World.started(
            Configuration(workers: 1, prestart: false, gracefulTimeout: .seconds(3600), workerTimeout: .seconds(30)))
        let id = world.serving[0]
        world.handle(.signal(.terminate))
        world.stuck = [id]
        world.pass(.seconds(30))
        #expect(world.sent.map(\.what) == ["drain", "abort"])
        world.pass(.seconds(2))
        #expect(world.sent.map(\.what) == ["drain", "abort", "kill"])
        world.end(id)
        #expect(world.outcome == .stopped)
    }

    @Test func aWorkerThatServedLongBeforeItStuckIsReplacedSoon() {
        var world = started()
        for _ in 0..<5 {
            let bad = world.serving[0]
            world.stuck = [bad]
            world.pass(.seconds(33))
            world.end(bad)
            world.pass(.milliseconds(100))
            #expect(world.booting.count == 1)
            world.readyAll()
        }
    }

    @Test func ticksThatWereNeverOrWillBeDoNoHarm() {
        var world = started()
        let ids = world.serving
        for tick in [Duration.zero, .seconds(1), .seconds(1 << 40), world.now] {
            world.handle(
                .vitals([ids[0]: Vitals(tick: tick), ids[1]: Vitals(tick: world.now, poolOverdueSince: tick)]))
            #expect(world.handle(.deadline).isEmpty)
        }
        #expect(world.serving == ids)
    }

    /// What a worker with a bug, or a hostile one, leaves in its slot: it is not alive for that.
    @Test func aTickThatIsYetToComeIsNoSignOfLife() {
        var world = started()
        let (good, bad) = (world.serving[0], world.serving[1])
        let end = world.now + .seconds(31)
        while world.now < end {
            world.now += .milliseconds(500)
            world.handle(
                .vitals([good: Vitals(tick: world.now), bad: Vitals(tick: .seconds(1 << 40))]))
            world.handle(.deadline)
        }
        #expect(world.sent.first == World.Sent(what: "abort", to: bad))
        #expect(world.serving == [good])
    }

    @Test func aNewWorkerThatIsStuckAbandonsTheReload() {
        var world = World.started(workers: 3)
        world.handle(.signal(.hangup))
        world.open()
        world.readyAll()
        let new = world.serving.first { $0.generation == 2 }!
        world.stuck = [new]
        world.pass(.seconds(30))
        let fault = Fault.loopStuck(for: .seconds(30))
        #expect(world.notices.contains(.reloadAbandoned(generation: 2, .workerStuck(new, fault))))
        world.end(new, .signaled(6))
        world.calm()
        #expect(world.serving.map(\.generation) == [1, 1, 1])
    }
}
