import Supervisor
import Testing

@Suite struct UpgradeTests {
    @Test func theNewExecutableIsCheckedThenTakesOverThenRollsTheWorkers() throws {
        var world = World.started(workers: 2)
        world.handle(.signal(.user2))
        #expect(world.isChecking)
        #expect(world.supervisor.standing == .upgrading)
        #expect(world.endCheck().last == .upgrade)
        try world.replace()
        #expect(world.notices.contains(.upgradeDone))
        #expect(world.opening == 2)
        #expect(world.serving.count == 2)
        world.calm()
        #expect(world.serving.map(\.generation) == [2, 2])
        #expect(world.announced.filter { $0 != .extend(.seconds(30)) } == [.ready, .reloading, .ready])
    }

    @Test(arguments: [Ending.exited(1), .signaled(11), .notStarted("no such file")])
    func anExecutableThatDoesNotProveItselfNeverTakesOver(ending: Ending) {
        var world = World.started(workers: 2)
        world.handle(.signal(.user2))
        world.endCheck(ending)
        #expect(world.notices.last == .upgradeAbandoned(.check(ending)))
        #expect(!world.isReplacing)
        #expect(world.supervisor.standing == .serving)
        #expect(world.opening == nil)
    }

    @Test func aCheckThatTakesTooLongIsKilled() {
        var world = World.started(workers: 1)
        world.handle(.signal(.user2))
        world.pass(.seconds(60))
        #expect(world.notices.last == .upgradeAbandoned(.time))
        #expect(world.sent == [World.Sent(what: "kill", to: World.checkID)])
        // Even when it had just succeeded.
        world.endCheck()
        #expect(!world.isReplacing)
        world.handle(.signal(.user2))
        #expect(world.isChecking)
    }

    @Test func whatFailsAfterTheCheckLeavesEverythingAsItWas() throws {
        var world = World.started(workers: 2)
        world.handle(.signal(.user2))
        world.endCheck()
        world.handle(.upgradeFailed(reason: "execveat: ENOEXEC"))
        #expect(world.notices.last == .upgradeAbandoned(.exec("execveat: ENOEXEC")))
        world.handle(.signal(.user2))
        world.endCheck()
        try world.replace(failure: "it reads no such state")
        #expect(world.notices.last == .upgradeAbandoned(.cameBack("it reads no such state")))
        #expect(world.supervisor.standing == .serving)
        #expect(world.serving.count == 2)
        #expect(world.opening == nil)
    }

    @Test func oneThatIsAskedForTwiceIsOne() throws {
        var world = World.started(workers: 1)
        for _ in 0..<3 { world.handle(.signal(.user2)) }
        #expect(!world.notices.contains(.upgradeNoted))
        world.endCheck()
        try world.replace()
        world.calm()
        #expect(world.notices.count { $0 == .upgradeBegan } == 1)
    }

    @Test func duringAReloadItWaits() {
        var world = World.started(workers: 1)
        world.handle(.signal(.hangup))
        world.handle(.signal(.user2))
        world.handle(.signal(.user2))
        #expect(world.notices.count { $0 == .upgradeNoted } == 1)
        #expect(!world.isChecking)
        world.open()
        world.readyAll()
        #expect(world.isChecking)
    }

    @Test func beforeAnyWorkerWasReadyItWaits() {
        var world = World(workers: 1, prestart: true)
        world.handle(.start)
        world.handle(.signal(.user2))
        world.endPrestart()
        #expect(!world.isChecking)
        world.readyAll()
        #expect(world.isChecking)
    }

    @Test func aHangupInTheMiddleWaitsAndIsDoneOnce() throws {
        var world = World.started(workers: 1)
        world.handle(.signal(.user2))
        world.handle(.signal(.hangup))
        world.handle(.signal(.hangup))
        #expect(world.notices.count { $0 == .reloadNoted } == 1)
        #expect(world.opening == nil)
        world.endCheck()
        try world.replace()
        world.calm()
        #expect(world.supervisor.newestGeneration == 2)
    }

    @Test func aHangupInTheMiddleOfOneThatFailsComesAfterIt() {
        var world = World.started(workers: 1)
        world.handle(.signal(.user2))
        world.handle(.signal(.hangup))
        world.endCheck(.exited(1))
        #expect(world.opening == 2)
    }

    @Test func termInTheMiddleKillsTheCheckAndAwaitsItsEnd() {
        var world = World.started(workers: 1)
        world.handle(.signal(.user2))
        world.handle(.signal(.terminate))
        #expect(world.sent.contains(World.Sent(what: "kill", to: World.checkID)))
        world.end(world.living[0], .exited(0))
        #expect(world.outcome == nil)
        world.endCheck()
        #expect(world.outcome == .stopped)
        #expect(!world.isReplacing)
    }

    @Test func nothingBeginsWhileTheProcessIsReplaced() throws {
        var world = World.started(workers: 2)
        world.handle(.signal(.user2))
        world.endCheck()
        world.handle(.scale(to: 4))
        #expect(world.booting.isEmpty)
        try world.replace(failure: "no")
        #expect(world.booting.count == 2)
    }

    @Test func aWorkerThatDiesMeanwhileIsReplacedByWhoeverIsThere() throws {
        var world = World.started(workers: 2)
        world.handle(.signal(.user2))
        world.end(world.serving[0])
        world.endCheck()
        try world.replace(failure: "no")
        world.pass(.milliseconds(100))
        #expect(world.booting.count == 1)
    }
}
