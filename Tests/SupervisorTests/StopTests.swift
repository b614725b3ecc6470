import Contract
import Supervisor
import Testing

@Suite struct StopTests {
    @Test func termDrainsThenCancelsThenKillsThenEnds() {
        var master = SimulatedMaster.started(workers: 2)
        let (good, bad) = (master.serving[0], master.serving[1])
        let effects = master.handle(.signal(.terminate))
        #expect(effects.contains(.closeListeners))
        #expect(master.sent("drain", to: good) && master.sent("drain", to: bad))
        master.end(good, .exited(0))
        master.pass(.seconds(29))
        #expect(!master.sent("stop", to: bad))
        master.pass(.seconds(1))
        #expect(master.sent("stop", to: bad))
        master.pass(.seconds(2))
        #expect(master.sent("kill", to: bad))
        #expect(master.exitCode == nil)
        master.end(bad)
        #expect(master.exitCode == .ok)
    }

    @Test func eachFurtherTermGoesOneStepOn() {
        var master = SimulatedMaster.started(workers: 1)
        let id = master.serving[0]
        for _ in 0..<5 { master.handle(.signal(.terminate)) }
        #expect(master.sent.map(\.what) == ["drain", "stop", "kill"])
        #expect(master.announced.filter { $0 != .extend(.seconds(30)) } == [.ready, .stopping])
        master.end(id)
        #expect(master.exitCode == .ok)
    }

    @Test(arguments: [Event.Signal.interrupt, .quit]) func aQuickStopGivesTwoSeconds(signal: Event.Signal) {
        var master = SimulatedMaster.started(workers: 1)
        let id = master.serving[0]
        master.handle(.signal(signal))
        #expect(master.sent.map(\.what) == ["stop"])
        master.pass(.seconds(2))
        #expect(master.sent.map(\.what) == ["stop", "kill"])
        master.end(id)
        #expect(master.exitCode == .ok)
    }

    @Test func aQuickStopHastensWhoDrains() {
        var master = SimulatedMaster.started(workers: 1)
        master.handle(.signal(.terminate))
        master.handle(.signal(.interrupt))
        #expect(master.sent.map(\.what) == ["drain", "stop"])
    }

    @Test func aWorkerThatBootsIsNotWaitedFor() {
        var master = SimulatedMaster(workers: 2)
        master.handle(.start)
        let ids = master.booting
        master.handle(.signal(.terminate))
        #expect(ids.allSatisfy { master.sent("kill", to: $0) })
        for id in ids { master.end(id) }
        #expect(master.exitCode == .ok)
    }

    @Test func aPrestartIsEndedAndItsEndIsAwaited() {
        var master = SimulatedMaster(prestart: true)
        master.handle(.start)
        master.handle(.signal(.terminate))
        #expect(master.sent.map(\.what) == ["terminate"])
        #expect(master.exitCode == nil)
        master.pass(.seconds(2))
        #expect(master.sent.map(\.what) == ["terminate", "kill"])
        master.endPrestart(.signaled(9))
        #expect(master.exitCode == .ok)
        #expect(master.living.isEmpty)
    }

    @Test func nobodyIsReplacedWhileTheMasterStops() {
        var master = SimulatedMaster.started(workers: 2)
        master.end(master.serving[0])
        master.handle(.signal(.terminate))
        master.pass(.seconds(5))
        #expect(master.living.count == 1)
        for signal in [Event.Signal.hangup, .oneMore] { master.handle(.signal(signal)) }
        master.end(master.living[0], .exited(0))
        #expect(master.exitCode == .ok)
    }
}
