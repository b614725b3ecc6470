import Contract
import Supervisor
import Testing

@Suite struct WithdrawTests {
    private func started(workers: Int = 2) -> SimulatedMaster {
        SimulatedMaster.started(Settings(workers: workers, prestart: false, shutdownDelay: .seconds(5)))
    }

    @Test func termFirstTakesReadinessBackAndServesOn() {
        var master = started()
        let ids = master.serving
        let effects = master.handle(.signal(.terminate))
        #expect(effects.contains(.announce(.stopping)))
        #expect(!effects.contains(.closeListeners))
        #expect(master.sent == ids.map { SimulatedMaster.Sent(what: "withdraw", to: $0) })
        #expect(master.serving == ids)
        master.pass(.milliseconds(4_999))
        #expect(master.serving == ids)
        #expect(master.supervisor.state == .stopping(.withdraw))
        master.pass(.milliseconds(1))
        #expect(master.draining == ids)
        #expect(master.supervisor.state == .stopping(.drain))
        for id in ids { master.end(id, .exited(0)) }
        #expect(master.exitCode == .ok)
    }

    @Test func eachFurtherTermGoesOneStepOn() {
        var master = started(workers: 1)
        for _ in 0..<6 { master.handle(.signal(.terminate)) }
        #expect(master.sent.map(\.what) == ["withdraw", "drain", "stop", "kill"])
        #expect(master.logged.suffix(1) == [.workerKilled(master.living[0])])
    }

    @Test func theListenersCloseOnceWhenTheDelayIsOver() {
        var master = started(workers: 1)
        master.handle(.signal(.terminate))
        #expect(master.handle(.signal(.interrupt)).count { $0 == .closeListeners } == 1)
        #expect(master.sent.map(\.what) == ["withdraw", "stop"])
        #expect(!master.handle(.signal(.terminate)).contains(.closeListeners))
    }

    @Test func aQuickStopHasNoDelay() {
        var master = started(workers: 1)
        #expect(master.handle(.signal(.quit)).contains(.closeListeners))
        #expect(master.sent.map(\.what) == ["stop"])
    }

    @Test func nobodyNewComesMeanwhile() {
        var master = started()
        master.handle(.message(.recycle, from: master.serving[0]))
        let booting = master.booting[0]
        master.handle(.signal(.terminate))
        #expect(master.sent("kill", to: booting))
        master.ready(booting)
        master.end(booting)
        master.end(master.serving[0])
        for event in [Event.signal(.hangup), .signal(.oneMore), .scale(to: 4), .signal(.user2)] { master.handle(event) }
        master.pass(.seconds(4))
        #expect(master.living.count == 1)
        #expect(master.opening == nil && !master.isChecking)
        master.pass(.seconds(1))
        master.end(master.living[0], .exited(0))
        #expect(master.exitCode == .ok)
    }

    @Test func aReloadInTheMiddleIsGivenUpAndBothGenerationsServeOn() {
        var master = started()
        master.handle(.signal(.hangup))
        master.open()
        master.readyAll()
        let booting = master.booting[0]
        master.handle(.signal(.terminate))
        #expect(master.sent("kill", to: booting))
        #expect(master.serving.map(\.generation).sorted() == [1, 2])
    }

    @Test func withoutAReadyWorkerThereIsNothingToTakeBack() {
        var master = SimulatedMaster(Settings(workers: 1, prestart: false, shutdownDelay: .seconds(5)))
        master.handle(.start)
        #expect(master.handle(.signal(.terminate)).contains(.closeListeners))
        #expect(master.sent.map(\.what) == ["kill"])
    }

    @Test func whenTheLastWorkerDiesTheMasterEnds() {
        var master = started(workers: 1)
        master.handle(.signal(.terminate))
        master.end(master.living[0])
        #expect(master.exitCode == .ok)
    }
}
