import Contract
import Supervisor
import Testing

@Suite struct ReloadTests {
    @Test func anOldWorkerGoesOnlyWhenANewOneIsReady() {
        var master = SimulatedMaster.started(workers: 2)
        master.handle(.signal(.hangup))
        master.open()
        #expect(master.booting.map(\.generation) == [2])
        #expect(master.sent.isEmpty)
        master.readyAll()
        #expect(master.draining.count == 1)
        #expect(master.serving.count == 2)
        #expect(master.booting.map(\.generation) == [2])
        master.readyAll()
        #expect(master.serving.map(\.generation) == [2, 2])
        #expect(master.supervisor.generation == 2)
        #expect(master.announced == [.ready, .reloading, .ready])
        #expect(master.closed.isEmpty)
        for id in master.draining { master.end(id, .exited(0)) }
        #expect(master.closed == [1])
        #expect(master.living.count == 2)
    }

    @Test func theNewGenerationsPrestartRunsFirst() {
        var master = SimulatedMaster.started(workers: 1, prestart: true)
        master.handle(.signal(.hangup))
        master.open()
        #expect(master.prestart == 2)
        #expect(master.booting.isEmpty)
        master.endPrestart()
        #expect(master.booting.map(\.generation) == [2])
    }

    @Test func aPrestartThatFailsLeavesTheOldWorkersServing() {
        var master = SimulatedMaster.started(workers: 2, prestart: true)
        master.handle(.signal(.hangup))
        master.open()
        master.endPrestart(.exited(1))
        #expect(master.logged.contains(.reloadFailed(generation: 2, .prestart(.exited(1)))))
        #expect(master.serving.map(\.generation) == [1, 1])
        #expect(master.sent.isEmpty)
        #expect(master.closed == [2])
        #expect(master.announced.last == .ready)
    }

    @Test func anExecutableThatCannotBeOpenedLeavesTheOldWorkersServing() {
        var master = SimulatedMaster.started(workers: 2)
        master.handle(.signal(.hangup))
        master.handle(.generationOpenFailed(2, reason: "gone"))
        #expect(master.logged.last == .reloadFailed(generation: 2, .open(reason: "gone")))
        #expect(master.serving.count == 2)
        master.end(master.serving[0])
        master.pass(.seconds(1))
        #expect(master.booting.map(\.generation) == [1])
    }

    @Test(arguments: [
        Contract.ExitStatus.exited(0), .exited(4), .signaled(11), .notStarted("execveat: Exec format error"),
    ])
    func aNewWorkerThatEndsAbandonsTheReload(status: Contract.ExitStatus) {
        var master = SimulatedMaster.started(workers: 3)
        master.handle(.signal(.hangup))
        master.open()
        let new = master.booting[0]
        master.end(new, status)
        #expect(master.logged.contains(.reloadFailed(generation: 2, .workerExited(new, status))))
        #expect(master.serving.map(\.generation) == [1, 1, 1])
        #expect(master.booting.isEmpty)
        #expect(master.exitCode == nil)
    }

    @Test func aNewWorkerThatIsNotReadyInTimeAbandonsTheReloadAtOnce() {
        var master = SimulatedMaster.started(workers: 3)
        master.handle(.signal(.hangup))
        master.open()
        let new = master.booting[0]
        master.pass(.seconds(60))
        #expect(master.logged.contains(.reloadFailed(generation: 2, .bootTimedOut(new))))
        #expect(master.sent == [SimulatedMaster.Sent(what: "abort", to: new)])
        master.pass(.seconds(2))
        #expect(master.sent("kill", to: new))
        master.end(new)
        #expect(master.closed == [2])
        #expect(master.living.count == 3)
    }

    @Test func anAbandonedReloadBringsTheOldGenerationBackWithoutAGap() {
        var master = SimulatedMaster.started(workers: 3)
        master.handle(.signal(.hangup))
        master.open()
        master.readyAll()
        master.readyAll()
        #expect(master.serving.map(\.generation).sorted() == [1, 2, 2])
        master.end(master.booting[0], .exited(1))
        // The new ones that are ready serve on until old ones have come back.
        while master.serving.contains(where: { $0.generation == 2 }) {
            #expect(master.serving.count == 3)
            #expect(master.booting.map(\.generation) == [1])
            master.readyAll()
        }
        master.calm()
        #expect(master.serving.map(\.generation) == [1, 1, 1])
        #expect(master.closed == [2])
    }

    @Test func aCrashBeforeTheNewGenerationHasProvedItselfBringsBackTheOldBuild() {
        var master = SimulatedMaster.started(workers: 2)
        master.handle(.signal(.hangup))
        master.open()
        master.end(master.serving[0])
        master.pass(.seconds(1))
        #expect(master.booting.map(\.generation).sorted() == [1, 2])
    }

    @Test func aSecondHangupIsRememberedAndStartsAnewAfterwards() {
        var master = SimulatedMaster.started(workers: 1)
        master.handle(.signal(.hangup))
        master.open()
        master.handle(.signal(.hangup))
        master.handle(.signal(.hangup))
        #expect(master.opening == nil)
        master.readyAll()
        #expect(master.opening == 3)
        master.open()
        master.readyAll()
        #expect(master.serving.map(\.generation) == [3])
        #expect(master.opening == nil)
    }

    @Test func aHangupDuringThePrestartWaitsForIt() {
        var master = SimulatedMaster(workers: 1, prestart: true)
        master.handle(.start)
        master.handle(.signal(.hangup))
        #expect(master.opening == nil)
        master.endPrestart()
        #expect(master.opening == 2)
    }

    @Test func termInTheMiddleStopsEverybodyAndWaitsForNobodyThatBoots() {
        var master = SimulatedMaster.started(workers: 2)
        master.handle(.signal(.hangup))
        master.open()
        let new = master.booting[0]
        let old = master.serving
        master.handle(.signal(.terminate))
        #expect(master.sent("kill", to: new))
        #expect(old.allSatisfy { master.sent("drain", to: $0) })
        for id in master.living { master.end(id, .exited(0)) }
        #expect(master.exitCode == .ok)
    }

    @Test func termDuringTheReloadsPrestartEndsIt() {
        var master = SimulatedMaster.started(workers: 1, prestart: true)
        master.handle(.signal(.hangup))
        master.open()
        master.handle(.signal(.terminate))
        #expect(master.sent("terminate", to: SimulatedMaster.prestartID))
        master.end(master.living[0], .exited(0))
        #expect(master.exitCode == nil)
        master.endPrestart(.signaled(15))
        #expect(master.exitCode == .ok)
    }

    @Test func anOldWorkerThatDoesNotDrainIsToldToStopThenKilled() {
        var master = SimulatedMaster.started(workers: 1)
        master.handle(.signal(.hangup))
        master.open()
        master.readyAll()
        let old = master.draining[0]
        master.pass(.seconds(30))
        #expect(master.sent("stop", to: old))
        master.pass(.seconds(2))
        #expect(master.sent("kill", to: old))
        #expect(master.serving.map(\.generation) == [2])
    }

    @Test func aReloadRepairsAServerWhoseWorkersAllFail() {
        var master = SimulatedMaster.started(workers: 2)
        for _ in 0..<5 {
            for id in master.supervisor.workers.map(\.id) { master.end(id, .exited(1)) }
            master.pass(.seconds(2))
        }
        master.handle(.signal(.hangup))
        master.open()
        for id in master.booting where id.generation == 2 { master.ready(id) }
        master.readyAll()
        #expect(master.serving.map(\.generation) == [2, 2])
        #expect(master.supervisor.generation == 2)
    }

    @Test func itIsDoneWhenNoConnectionCanComeToAnOldWorkerAnyMore() throws {
        var master = SimulatedMaster.started(workers: 1)
        let old = try #require(master.serving.first)
        master.deaf = [old]
        master.handle(.signal(.hangup))
        master.open()
        master.readyAll()
        #expect(master.draining == [old])
        #expect(master.supervisor.generation == 1, "it may still accept")
        master.handle(.message(.draining, from: old))
        #expect(master.supervisor.generation == 2)
    }

    @Test func anOldWorkerThatHearsNothingHoldsItUpForItsGraceAndNoLonger() throws {
        var master = SimulatedMaster.started(workers: 1)
        master.deaf = Set(master.serving)
        master.handle(.signal(.hangup))
        master.open()
        master.readyAll()
        master.pass(.seconds(29))
        #expect(master.supervisor.generation == 1)
        master.pass(.seconds(2))
        #expect(master.supervisor.generation == 2)
    }
}
