import Contract
import Supervisor
import Testing

@Suite struct LivenessTests {
    /// Two workers that are ready at 1000 s, with 30 s to give a sign of run.
    private func started(_ timeout: Duration? = .seconds(30)) -> SimulatedMaster {
        SimulatedMaster.started(Settings(workers: 2, prestart: false, workerTimeout: timeout))
    }

    @Test func aLoopThatStandsStillIsAbortedThenKilledThenReplaced() {
        var master = started()
        let (good, bad) = (master.serving[0], master.serving[1])
        master.stuck = [bad]
        master.pass(.milliseconds(29_999))
        #expect(master.sent.isEmpty)
        master.pass(.milliseconds(1))
        #expect(master.logged.contains(.workerStuck(bad, .loopStuck(for: .seconds(30)))))
        #expect(master.sent == [SimulatedMaster.Sent(what: "abort", to: bad)])
        #expect(master.serving == [good])
        master.pass(.seconds(2))
        #expect(master.sent.last == SimulatedMaster.Sent(what: "kill", to: bad))
        master.end(bad, .signaled(9))
        master.pass(.milliseconds(100))
        #expect(master.booting.map(\.slot) == [bad.slot])
    }

    @Test func aDeadlineOnlyMovesWhileTheLoopTicks() {
        var master = started(.seconds(1))
        master.pass(.seconds(3600))
        #expect(master.serving.count == 2)
        #expect(master.sent.isEmpty)
    }

    @Test func aLoopThatIdlesAndTicksOnceASecondIsAliveWhateverTheLimit() {
        var master = started(.milliseconds(10))
        for second in 0..<100 {
            let tick = Duration.seconds(1000 + second)
            while let deadline = master.supervisor.nextDeadline, deadline < tick + .milliseconds(1010) {
                master.now = max(master.now, deadline)
                master.handle(
                    .heartbeats([master.serving[0]: Heartbeat(loop: tick), master.serving[1]: Heartbeat(loop: tick)]))
                master.handle(.deadline)
                #expect(master.serving.count == 2)
            }
        }
        #expect(master.sent.isEmpty)
    }

    @Test func aSilentWorkerThatAnswersTheSecondLookStays() {
        var master = started()
        let late = master.serving[0]
        master.stuck = [late]
        master.pass(.milliseconds(29_500))
        master.stuck = []
        master.pass(.seconds(60))
        #expect(master.sent.isEmpty)
        #expect(master.serving.count == 2)
    }

    @Test func aBlockingPoolThatFinishesNothingIsAFaultThoughTheLoopTicks() {
        var master = started()
        let bad = master.serving[0]
        master.pass(.seconds(100))
        master.waiting[bad] = master.now
        master.pass(.milliseconds(29_999))
        #expect(master.sent.isEmpty)
        master.pass(.seconds(2))
        #expect(master.sent.first == SimulatedMaster.Sent(what: "abort", to: bad))
        #expect(master.logged.contains { if case .workerStuck(bad, .poolStuck) = $0 { true } else { false } })
    }

    @Test func aBlockingPoolThatFinishesSomethingNowAndThenIsNone() {
        var master = started()
        for _ in 0..<100 {
            for id in master.serving { master.waiting[id] = master.now }
            master.pass(.seconds(20))
        }
        master.waiting = [:]
        master.pass(.seconds(100))
        #expect(master.sent.isEmpty)
    }

    @Test func withoutALimitNobodyIsStuck() {
        var master = started(nil)
        master.stuck = Set(master.serving)
        master.pass(.seconds(100_000))
        #expect(master.sent.isEmpty)
        #expect(master.supervisor.nextDeadline == nil)
    }

    @Test func aDrainingWorkerWhoseLoopStandsStillIsNotWaitedFor() {
        var master = SimulatedMaster.started(
            Settings(workers: 1, prestart: false, gracefulTimeout: .seconds(3600), workerTimeout: .seconds(30)))
        let id = master.serving[0]
        master.handle(.signal(.terminate))
        master.stuck = [id]
        master.pass(.seconds(30))
        #expect(master.sent.map(\.what) == ["drain", "abort"])
        master.pass(.seconds(2))
        #expect(master.sent.map(\.what) == ["drain", "abort", "kill"])
        master.end(id)
        #expect(master.exitCode == .ok)
    }

    @Test func aWorkerThatServedLongBeforeItStuckIsReplacedSoon() {
        var master = started()
        for _ in 0..<5 {
            let bad = master.serving[0]
            master.stuck = [bad]
            master.pass(.seconds(33))
            master.end(bad)
            master.pass(.milliseconds(100))
            #expect(master.booting.count == 1)
            master.readyAll()
        }
    }

    @Test func ticksThatWereNeverOrWillBeDoNoHarm() {
        var master = started()
        let ids = master.serving
        for tick in [Duration.zero, .seconds(1), .seconds(1 << 40), master.now] {
            master.handle(
                .heartbeats([
                    ids[0]: Heartbeat(loop: tick), ids[1]: Heartbeat(loop: master.now, poolOverdueSince: tick),
                ])
            )
            #expect(master.handle(.deadline).isEmpty)
        }
        #expect(master.serving == ids)
    }

    /// What a worker with a bug, or a hostile one, leaves in its slot: it is not alive for that.
    @Test func aTickThatIsYetToComeIsNoSignOfLife() {
        var master = started()
        let (good, bad) = (master.serving[0], master.serving[1])
        let end = master.now + .seconds(31)
        while master.now < end {
            master.now += .milliseconds(500)
            master.handle(
                .heartbeats([good: Heartbeat(loop: master.now), bad: Heartbeat(loop: .seconds(1 << 40))]))
            master.handle(.deadline)
        }
        #expect(master.sent.first == SimulatedMaster.Sent(what: "abort", to: bad))
        #expect(master.serving == [good])
    }

    @Test func aNewWorkerThatIsStuckAbandonsTheReload() {
        var master = SimulatedMaster.started(workers: 3)
        master.handle(.signal(.hangup))
        master.open()
        master.readyAll()
        let new = master.serving.first { $0.generation == 2 }!
        master.stuck = [new]
        master.pass(.seconds(30))
        let fault = LivenessFailure.loopStuck(for: .seconds(30))
        #expect(master.logged.contains(.reloadFailed(generation: 2, .workerStuck(new, fault))))
        master.end(new, .signaled(6))
        master.calm()
        #expect(master.serving.map(\.generation) == [1, 1, 1])
    }
}
