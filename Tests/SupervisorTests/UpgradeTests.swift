import Contract
import Supervisor
import Testing

@Suite struct UpgradeTests {
    @Test func theNewExecutableIsCheckedThenTakesOverThenRollsTheWorkers() throws {
        var master = SimulatedMaster.started(workers: 2)
        master.handle(.signal(.user2))
        #expect(master.isChecking)
        #expect(master.supervisor.state == .upgrading)
        #expect(master.endCheck().last == .replaceProcess)
        try master.replace()
        #expect(master.logged.contains(.upgradeComplete))
        #expect(master.opening == 2)
        #expect(master.serving.count == 2)
        master.calm()
        #expect(master.serving.map(\.generation) == [2, 2])
        #expect(master.announced.filter { $0 != .extend(.seconds(30)) } == [.ready, .reloading, .ready])
    }

    @Test(arguments: [Contract.ExitStatus.exited(1), .signaled(11), .notStarted("no such file")])
    func anExecutableThatDoesNotProveItselfNeverTakesOver(status: Contract.ExitStatus) {
        var master = SimulatedMaster.started(workers: 2)
        master.handle(.signal(.user2))
        master.endCheck(status)
        #expect(master.logged.last == .upgradeFailed(.check(status)))
        #expect(!master.isReplacing)
        #expect(master.supervisor.state == .serving)
        #expect(master.opening == nil)
    }

    @Test func aCheckThatTakesTooLongIsKilled() {
        var master = SimulatedMaster.started(workers: 1)
        master.handle(.signal(.user2))
        master.pass(.seconds(60))
        #expect(master.logged.last == .upgradeFailed(.checkTimedOut))
        #expect(master.sent == [SimulatedMaster.Sent(what: "kill", to: SimulatedMaster.checkID)])
        // Even when it had just succeeded.
        master.endCheck()
        #expect(!master.isReplacing)
        master.handle(.signal(.user2))
        #expect(master.isChecking)
    }

    @Test func whatFailsAfterTheCheckLeavesEverythingAsItWas() throws {
        var master = SimulatedMaster.started(workers: 2)
        master.handle(.signal(.user2))
        master.endCheck()
        master.handle(.upgradeFailed(reason: "execveat: ENOEXEC"))
        #expect(master.logged.last == .upgradeFailed(.exec(reason: "execveat: ENOEXEC")))
        master.handle(.signal(.user2))
        master.endCheck()
        try master.replace(failure: "it reads no such state")
        #expect(master.logged.last == .upgradeFailed(.returned(reason: "it reads no such state")))
        #expect(master.supervisor.state == .serving)
        #expect(master.serving.count == 2)
        #expect(master.opening == nil)
    }

    @Test func oneThatIsAskedForTwiceIsOne() throws {
        var master = SimulatedMaster.started(workers: 1)
        for _ in 0..<3 { master.handle(.signal(.user2)) }
        #expect(!master.logged.contains(.upgradeQueued))
        master.endCheck()
        try master.replace()
        master.calm()
        #expect(master.logged.count { $0 == .upgradeStarted } == 1)
    }

    @Test func duringAReloadItWaits() {
        var master = SimulatedMaster.started(workers: 1)
        master.handle(.signal(.hangup))
        master.handle(.signal(.user2))
        master.handle(.signal(.user2))
        #expect(master.logged.count { $0 == .upgradeQueued } == 1)
        #expect(!master.isChecking)
        master.open()
        master.readyAll()
        #expect(master.isChecking)
    }

    @Test func beforeAnyWorkerWasReadyItWaits() {
        var master = SimulatedMaster(workers: 1, prestart: true)
        master.handle(.start)
        master.handle(.signal(.user2))
        master.endPrestart()
        #expect(!master.isChecking)
        master.readyAll()
        #expect(master.isChecking)
    }

    @Test func aHangupInTheMiddleWaitsAndIsDoneOnce() throws {
        var master = SimulatedMaster.started(workers: 1)
        master.handle(.signal(.user2))
        master.handle(.signal(.hangup))
        master.handle(.signal(.hangup))
        #expect(master.logged.count { $0 == .reloadQueued } == 1)
        #expect(master.opening == nil)
        master.endCheck()
        try master.replace()
        master.calm()
        #expect(master.supervisor.newestGeneration == 2)
    }

    @Test func aHangupInTheMiddleOfOneThatFailsComesAfterIt() {
        var master = SimulatedMaster.started(workers: 1)
        master.handle(.signal(.user2))
        master.handle(.signal(.hangup))
        master.endCheck(.exited(1))
        #expect(master.opening == 2)
    }

    @Test func termInTheMiddleKillsTheCheckAndAwaitsItsEnd() {
        var master = SimulatedMaster.started(workers: 1)
        master.handle(.signal(.user2))
        master.handle(.signal(.terminate))
        #expect(master.sent.contains(SimulatedMaster.Sent(what: "kill", to: SimulatedMaster.checkID)))
        master.end(master.living[0], .exited(0))
        #expect(master.exitCode == nil)
        master.endCheck()
        #expect(master.exitCode == .ok)
        #expect(!master.isReplacing)
    }

    @Test func nothingBeginsWhileTheProcessIsReplaced() throws {
        var master = SimulatedMaster.started(workers: 2)
        master.handle(.signal(.user2))
        master.endCheck()
        master.handle(.scale(to: 4))
        #expect(master.booting.isEmpty)
        try master.replace(failure: "no")
        #expect(master.booting.count == 2)
    }

    @Test func aWorkerThatDiesMeanwhileIsReplacedByWhoeverIsThere() throws {
        var master = SimulatedMaster.started(workers: 2)
        master.handle(.signal(.user2))
        master.end(master.serving[0])
        master.endCheck()
        try master.replace(failure: "no")
        master.pass(.milliseconds(100))
        #expect(master.booting.count == 1)
    }
}
