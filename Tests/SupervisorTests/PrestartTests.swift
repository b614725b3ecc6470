import Contract
import Supervisor
import Testing

@Suite struct PrestartTests {
    private func master(_ timeout: Duration? = .seconds(60)) -> SimulatedMaster {
        var master = SimulatedMaster(Settings(workers: 1, prestart: true, prestartTimeout: timeout))
        master.handle(.start)
        return master
    }

    private var toPrestart: (SimulatedMaster) -> [String] {
        { master in master.sent.filter { $0.to == SimulatedMaster.prestartID }.map(\.what) }
    }

    @Test func oneThatIsDoneInTimeIsLeftAlone() {
        var master = master()
        master.pass(.seconds(59))
        master.endPrestart()
        master.readyAll()
        master.pass(.seconds(600))
        #expect(toPrestart(master) == [])
        #expect(master.serving.count == 1)
    }

    @Test func oneThatIsLateIsToldToEndAndThenKilled() {
        var master = master()
        master.pass(.seconds(60))
        #expect(toPrestart(master) == ["terminate"])
        #expect(master.logged.contains(.prestartTimedOut(generation: 1, after: .seconds(60))))
        master.pass(.seconds(2))
        #expect(toPrestart(master) == ["terminate", "kill"])
        #expect(master.exitCode == nil, "its end is awaited")
        master.endPrestart(.signaled(9))
        #expect(master.exitCode == .prestart)
    }

    @Test(arguments: [Contract.ExitStatus.exited(0), .exited(5), .signaled(15)])
    func oneThatWasLateHasFailedHoweverItEnds(status: Contract.ExitStatus) {
        var master = master()
        master.pass(.seconds(61))
        master.endPrestart(status)
        #expect(
            master.logged.contains(.prestartExited(generation: 1, status, after: .seconds(61), .timedOut)))
        #expect(master.exitCode == .prestart)
        #expect(master.living.isEmpty)
    }

    @Test func aReloadWhosePrestartIsLateIsAbandonedAndTheOldOnesServe() {
        var master = SimulatedMaster.started(Settings(workers: 2, prestart: true, prestartTimeout: .seconds(60)))
        let before = master.serving
        master.handle(.signal(.hangup))
        master.open()
        master.pass(.seconds(60))
        #expect(toPrestart(master) == ["terminate"])
        master.endPrestart(.exited(0))
        #expect(master.logged.contains(.reloadFailed(generation: 2, .prestartTimedOut)))
        #expect(master.serving == before)
        #expect(master.exitCode == nil)
    }

    /// Those of its generation count: the reload may be what makes it longer.
    @Test func theNewSettingsSayHowLongAReloadsPrestartMayTake() {
        var master = SimulatedMaster.started(Settings(workers: 1, prestart: true, prestartTimeout: .seconds(60)))
        master.settings.prestartTimeout = .seconds(300)
        master.handle(.signal(.hangup))
        master.open()
        master.pass(.seconds(299))
        #expect(toPrestart(master) == [])
        master.pass(.seconds(1))
        #expect(toPrestart(master) == ["terminate"])
    }

    @Test func withoutALimitItMayTakeForEver() {
        var master = master(nil)
        master.pass(.seconds(7 * 86_400))
        #expect(toPrestart(master) == [])
        #expect(master.announced.last == .extend(.seconds(30)), "and the host is asked for patience all the time")
    }

    /// A machine that slept did not let it work.
    @Test func timeInWhichTheMachineStoodStillDoesNotCount() {
        var master = master(.seconds(25))
        master.pass(.seconds(20))
        master.now += .seconds(3600)
        master.tick()
        #expect(toPrestart(master) == [])
        master.pass(.seconds(6))
        #expect(toPrestart(master) == ["terminate"])
    }

    @Test func aStopEndsALateOneOnceAndIsAnOrdinaryStop() {
        var master = master()
        master.pass(.seconds(60))
        master.handle(.signal(.terminate))
        #expect(toPrestart(master) == ["terminate"])
        master.pass(.seconds(2))
        #expect(toPrestart(master) == ["terminate", "kill"])
        master.endPrestart(.signaled(9))
        #expect(master.exitCode == .ok)
    }

    @Test func aLateOneGoesThroughTheSnapshot() throws {
        for time in [Duration.seconds(30), .seconds(61), .seconds(63)] {
            var master = master()
            master.pass(time)
            try master.makeTwin()
            master.pass(.seconds(40))
            master.endPrestart(.signaled(9))
            #expect(!master.isTwinDifferent)
        }
    }
}
