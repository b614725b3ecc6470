import Contract
import Supervisor
import Testing

@Suite struct StallTests {
    @Test func aMachineThatWasSuspendedFindsEverybodyInTheirPlaces() {
        var master = SimulatedMaster.started(workers: 2)
        let ids = master.serving
        let old = master.now
        master.now += .seconds(86_400)
        master.handle(.heartbeats([ids[0]: Heartbeat(loop: old), ids[1]: Heartbeat(loop: old)]))
        master.handle(.deadline)
        #expect(master.logged.last == .masterStalled(.seconds(86_400 - 29)))
        #expect(master.sent.isEmpty)
        master.pass(.seconds(100))
        #expect(master.sent.isEmpty)
    }

    @Test func aWorkerThatIsStuckIsFoundAfterASuspensionToo() {
        var master = SimulatedMaster.started(workers: 2)
        let bad = master.serving[0]
        master.stuck = [bad]
        master.pass(.seconds(20))
        master.now += .seconds(1000)
        master.pass(.milliseconds(29_999))
        #expect(master.sent.isEmpty)
        master.pass(.milliseconds(1))
        #expect(master.sent == [SimulatedMaster.Sent(what: "abort", to: bad)])
    }

    @Test func whatWaitsInAPoolWaitsAnewAfterASuspension() {
        var master = SimulatedMaster.started(workers: 1)
        let id = master.serving[0]
        master.now += .seconds(1)
        master.waiting[id] = master.now
        master.now += .seconds(1000)
        master.pass(.seconds(29))
        #expect(master.sent.isEmpty)
        master.pass(.seconds(2))
        #expect(master.sent == [SimulatedMaster.Sent(what: "abort", to: id)])
    }

    @Test func whoBootsOrDrainsHasWhatWasLeft() {
        var master = SimulatedMaster(workers: 2, gracefulTimeout: .seconds(30), bootTimeout: .seconds(60))
        master.handle(.start)
        master.pass(.seconds(50))
        let (first, second) = (master.booting[0], master.booting[1])
        master.ready(first)
        master.now += .seconds(1000)
        master.tick()
        #expect(master.sent.isEmpty)
        master.pass(.milliseconds(9_999))
        #expect(master.sent.isEmpty)
        master.pass(.milliseconds(1))
        #expect(master.sent == [SimulatedMaster.Sent(what: "abort", to: second)])
    }

    @Test func whoWasToldToEndAtOnceIsNotGivenMore() {
        var master = SimulatedMaster.started(workers: 1)
        let id = master.serving[0]
        master.handle(.signal(.interrupt))
        master.now += .seconds(1000)
        master.tick()
        #expect(master.sent.last == SimulatedMaster.Sent(what: "kill", to: id))
    }

    @Test func aLittleLatenessIsNone() {
        var master = SimulatedMaster.started(workers: 1)
        master.now = master.supervisor.nextDeadline! + .seconds(1)
        master.tick()
        #expect(!master.logged.contains { if case .masterStalled = $0 { true } else { false } })
    }

    @Test func twoLooksCatchWhatIsTooShortForAnOverrun() {
        var master = SimulatedMaster.started(workers: 1)
        let id = master.serving[0]
        let old = master.now
        // The clock leaps from before the first look to just after what would be the end.
        master.now += .milliseconds(30_000)
        master.handle(.heartbeats([id: Heartbeat(loop: old)]))
        master.handle(.deadline)
        #expect(master.sent.isEmpty)
        master.pass(.seconds(1))
        #expect(master.sent.isEmpty)
        #expect(master.serving == [id])
    }
}
