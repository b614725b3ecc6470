import Contract
import Supervisor
import Testing

/// What the host and the log files are told.
@Suite struct HostTests {
    @Test func theHostHearsTwiceInItsTimeInEveryPhase() {
        var master = SimulatedMaster(Settings(workers: 1), watchdog: .seconds(8))
        func alive(_ master: SimulatedMaster) -> Int { master.announced.count { $0 == .alive } }
        master.handle(.start)
        #expect(alive(master) == 1)
        master.pass(.seconds(40))
        #expect(alive(master) == 11)
        master.endPrestart()
        master.readyAll()
        master.pass(.seconds(40))
        #expect(alive(master) == 21)
        master.handle(.signal(.terminate))
        master.pass(.seconds(4))
        #expect(alive(master) == 22)
        master.end(master.living[0])
        #expect(master.exitCode == .ok)
        #expect(master.supervisor.nextDeadline == nil)
    }

    @Test func patienceIsAskedForWhileAPrestartRuns() {
        var master = SimulatedMaster(workers: 1, prestart: true)
        func asked(_ master: SimulatedMaster) -> Int { master.announced.count { $0 == .extend(.seconds(30)) } }
        master.handle(.start)
        #expect(asked(master) == 1)
        master.pass(.seconds(300))
        #expect(asked(master) == 31)
        master.endPrestart()
        master.readyAll()
        master.pass(.seconds(300))
        #expect(asked(master) == 31)
        master.handle(.signal(.hangup))
        master.open()
        #expect(asked(master) == 32)
        master.pass(.seconds(20))
        #expect(asked(master) == 34)
    }

    /// As long as it has come to no result, so that whoever waits for that is not told that it failed.
    @Test func patienceIsAskedForWhileAReloadGoesOn() {
        var master = SimulatedMaster.started(workers: 1)
        func asked(_ master: SimulatedMaster) -> Int { master.announced.count { $0 == .extend(.seconds(30)) } }
        master.handle(.signal(.hangup))
        master.open()
        master.pass(.seconds(25))
        #expect(asked(master) == 2)
        master.readyAll()
        master.pass(.seconds(300))
        #expect(asked(master) == 2)
    }

    @Test func patienceIsAskedForWhileTheServerStops() {
        var master = SimulatedMaster.started(workers: 1)
        master.handle(.signal(.terminate))
        master.pass(.seconds(29))
        #expect(master.announced == [.ready, .stopping, .extend(.seconds(30)), .extend(.seconds(30))])
    }

    @Test func logsAreReopenedByEverybodyWhoLives() {
        var master = SimulatedMaster.started(workers: 2)
        let ids = master.serving
        master.handle(.signal(.oneMore))
        master.handle(.message(.draining, from: ids[0]))
        let effects = master.handle(.signal(.user1))
        #expect(effects == [.reopenLog] + master.supervisor.workers.map { .send(.reopenLogs, to: $0.id) })
        #expect(effects.count == 5)
        master.handle(.signal(.quit))
        master.pass(.seconds(2))
        #expect(master.handle(.signal(.user1)) == [.reopenLog])
    }

    @Test func aTerminalOfAnotherSizeIsNoReasonForAnything() {
        var master = SimulatedMaster.started(workers: 1)
        #expect(master.handle(.signal(.windowChange)).isEmpty)
    }

    @Test func readyFollowsReloadingHoweverItGoes() {
        var master = SimulatedMaster.started(workers: 1, prestart: true)
        master.handle(.signal(.hangup))
        master.handle(.generationOpenFailed(2, reason: "gone"))
        master.handle(.signal(.hangup))
        master.open()
        master.endPrestart(.exited(1))
        master.handle(.signal(.hangup))
        master.open()
        master.endPrestart()
        master.readyAll()
        let turns = master.announced.filter { $0 == .ready || $0 == .reloading }
        #expect(turns == [.ready, .reloading, .ready, .reloading, .ready, .reloading, .ready])
    }
}
