import Contract
import Supervisor
import Testing

@Suite struct StartTests {
    @Test func noWorkerStartsBeforeThePrestartIsDone() {
        var master = SimulatedMaster(workers: 2, prestart: true)
        master.handle(.start)
        #expect(master.prestart == 1)
        #expect(master.living.isEmpty)
        master.endPrestart()
        #expect(master.living.map(\.slot) == [1, 2])
        #expect(master.living.allSatisfy { $0.generation == 1 })
    }

    @Test func readyIsAnnouncedOnceAndOnlyWhenAllFirstWorkersAre() {
        var master = SimulatedMaster(workers: 2)
        master.handle(.start)
        master.ready(master.booting[0])
        #expect(master.announced.isEmpty)
        master.readyAll()
        #expect(master.announced == [.ready])
        master.end(master.serving[0])
        master.pass(.seconds(1))
        master.readyAll()
        #expect(master.announced == [.ready])
    }

    @Test(arguments: [Contract.ExitStatus.exited(5), .signaled(11), .notStarted("execveat: Exec format error")])
    func aFailedPrestartIsTheEnd(status: Contract.ExitStatus) {
        var master = SimulatedMaster(prestart: true)
        master.handle(.start)
        master.endPrestart(status)
        #expect(master.exitCode == .prestart)
        #expect(master.living.isEmpty)
    }

    @Test func aPrestartThatRefusesItsSettingsIsTheEndForThat() {
        var master = SimulatedMaster(prestart: true)
        master.handle(.start)
        master.endPrestart(.exited(1))
        #expect(master.exitCode == .usage)
        #expect(master.living.isEmpty)
    }

    @Test func tenFailuresBeforeAnyWorkerWasReadyAreTheEnd() {
        var master = SimulatedMaster(workers: 4)
        master.handle(.start)
        var failures = 0
        while failures < 10 {
            guard let id = master.booting.first else { master.pass(.milliseconds(100)); continue }
            #expect(master.exitCode == nil)
            master.end(id, .exited(3))
            failures += 1
        }
        for id in master.living { master.end(id) }
        #expect(master.exitCode == .boot)
        #expect(failures == 10)
    }

    @Test func aForkThatFailsCountsLikeAWorkerThatFails() {
        var master = SimulatedMaster(workers: 1)
        master.spawnFailure = { _ in "fork: Resource temporarily unavailable" }
        master.handle(.start)
        master.pass(.seconds(200))
        #expect(master.exitCode == .boot)
    }

    @Test func exitCode4AtTheStartIsTheEndAtOnce() {
        var master = SimulatedMaster(workers: 2)
        master.handle(.start)
        let other = master.booting[1]
        master.end(master.booting[0], .exited(4))
        #expect(master.sent("kill", to: other))
        #expect(master.exitCode == nil)
        master.end(other)
        #expect(master.exitCode == .application)
    }

    @Test func exitCode1OfAWorkerThatBootsAtTheStartIsTheEndAtOnce() {
        var master = SimulatedMaster(workers: 2)
        master.handle(.start)
        let other = master.booting[1]
        master.end(master.booting[0], .exited(1))
        #expect(master.sent("kill", to: other))
        master.end(other)
        #expect(master.exitCode == .usage)
    }

    /// It says nothing of its settings: it was told to abort, and the code is whatever its runtime makes of that.
    @Test func exitCode1OfAWorkerThatWasGivenUpIsAFailureLikeAnyOther() {
        var master = SimulatedMaster(workers: 1)
        master.handle(.start)
        let late = master.booting[0]
        master.pass(.seconds(60))
        master.end(late, .exited(1))
        #expect(master.exitCode == nil)
    }

    @Test(arguments: [Int32(1), 4]) func noExitOfAWorkerStopsAMasterThatWasReadyOnce(code: Int32) {
        var master = SimulatedMaster(workers: 2)
        master.handle(.start)
        master.ready(master.booting[0])
        for _ in 0..<50 {
            for id in master.supervisor.workers.map(\.id) { master.end(id, .exited(code)) }
            master.pass(.seconds(31))
        }
        #expect(master.exitCode == nil)
        #expect(master.booting.count == 2)
    }
}
