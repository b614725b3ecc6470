import Supervisor
import Testing

@Suite struct OverrunTests {
    @Test func aMachineThatWasSuspendedFindsEverybodyInTheirPlaces() {
        var world = World.started(workers: 2)
        let ids = world.serving
        let old = world.now
        world.now += .seconds(86_400)
        world.handle(.vitals([ids[0]: Vitals(tick: old), ids[1]: Vitals(tick: old)]))
        world.handle(.deadline)
        #expect(world.notices.last == .overran(.seconds(86_400 - 29)))
        #expect(world.sent.isEmpty)
        world.pass(.seconds(100))
        #expect(world.sent.isEmpty)
    }

    @Test func aWorkerThatIsStuckIsFoundAfterASuspensionToo() {
        var world = World.started(workers: 2)
        let bad = world.serving[0]
        world.stuck = [bad]
        world.pass(.seconds(20))
        world.now += .seconds(1000)
        world.pass(.milliseconds(29_999))
        #expect(world.sent.isEmpty)
        world.pass(.milliseconds(1))
        #expect(world.sent == [World.Sent(what: "abort", to: bad)])
    }

    @Test func whatWaitsInAPoolWaitsAnewAfterASuspension() {
        var world = World.started(workers: 1)
        let id = world.serving[0]
        world.now += .seconds(1)
        world.waiting[id] = world.now
        world.now += .seconds(1000)
        world.pass(.seconds(29))
        #expect(world.sent.isEmpty)
        world.pass(.seconds(2))
        #expect(world.sent == [World.Sent(what: "abort", to: id)])
    }

    @Test func whoBootsOrDrainsHasWhatWasLeft() {
        var world = World(workers: 2, gracefulTimeout: .seconds(30), bootTimeout: .seconds(60))
        world.handle(.start)
        world.pass(.seconds(50))
        let (first, second) = (world.booting[0], world.booting[1])
        world.ready(first)
        world.now += .seconds(1000)
        world.tick()
        #expect(world.sent.isEmpty)
        world.pass(.milliseconds(9_999))
        #expect(world.sent.isEmpty)
        world.pass(.milliseconds(1))
        #expect(world.sent == [World.Sent(what: "abort", to: second)])
    }

    @Test func whoWasToldToEndAtOnceIsNotGivenMore() {
        var world = World.started(workers: 1)
        let id = world.serving[0]
        world.handle(.signal(.interrupt))
        world.now += .seconds(1000)
        world.tick()
        #expect(world.sent.last == World.Sent(what: "kill", to: id))
    }

    @Test func aLittleLatenessIsNone() {
        var world = World.started(workers: 1)
        world.now = world.supervisor.nextDeadline! + .seconds(1)
        world.tick()
        #expect(!world.notices.contains { if case .overran = $0 { true } else { false } })
    }

    @Test func twoLooksCatchWhatIsTooShortForAnOverrun() {
        var world = World.started(workers: 1)
        let id = world.serving[0]
        let old = world.now
        // The clock leaps from before the first look to just after what would be the end.
        world.now += .milliseconds(30_000)
        world.handle(.vitals([id: Vitals(tick: old)]))
        world.handle(.deadline)
        #expect(world.sent.isEmpty)
        world.pass(.seconds(1))
        #expect(world.sent.isEmpty)
        #expect(world.serving == [id])
    }
}
