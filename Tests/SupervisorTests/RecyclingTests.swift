import Supervisor
import Testing

@Suite struct RecyclingTests {
    @Test func aWorkerThatAsksGoesWhenAnotherIsReady() {
        var world = World.started(workers: 2)
        let old = world.serving[0]
        world.handle(.message(.recycle, from: old))
        #expect(world.notices.last == .workerRetires(old, .asked))
        #expect(world.serving.count == 2)
        #expect(world.booting.map(\.slot) == [3])
        #expect(world.sent.isEmpty)
        world.readyAll()
        #expect(world.draining == [old])
        #expect(world.serving.count == 2)
        world.end(old, .exited(0))
        #expect(world.living.count == 2)
    }

    @Test func whenAllAskAtOnceTheyGoOneByOne() {
        var world = World.started(workers: 3)
        let old = world.serving
        for id in old { world.handle(.message(.recycle, from: id)) }
        for gone in 0..<3 {
            #expect(world.booting.count == 1)
            #expect(world.draining.count == gone)
            world.readyAll()
            #expect(world.serving.count == 3)
        }
        #expect(world.booting.isEmpty)
        #expect(Set(world.draining) == Set(old))
    }

    /// A worker that asks as soon as it is ready, and so does the one in its place.
    @Test func workersThatAskAtOnceAreReplacedOneASecondAfterAWhile() {
        var world = World.started(workers: 2)
        for _ in 0..<100 { world.recycleAll() }
        #expect(world.retirements == 32)
        for _ in 0..<100 {
            world.pass(.milliseconds(100))
            world.recycleAll()
        }
        #expect((41...42).contains(world.retirements))
        #expect(world.serving.count == 2)
        // Nobody's wish is forgotten, and it is due when it is allowed.
        let mark = world.retirements
        world.pass(.seconds(10))
        #expect(world.retirements > mark)
    }

    @Test func aReplacementThatFailsBacksOffAndTheOldOneStays() {
        var world = World.started(workers: 1)
        let old = world.serving[0]
        world.handle(.message(.recycle, from: old))
        world.end(world.booting[0], .exited(1))
        #expect(world.booting.isEmpty)
        #expect(world.serving == [old])
        world.pass(.milliseconds(100))
        world.end(world.booting[0], .exited(1))
        world.pass(.milliseconds(199))
        #expect(world.booting.isEmpty)
        world.pass(.milliseconds(1))
        world.readyAll()
        #expect(world.draining == [old])
    }

    @Test func workersWithoutAMendedListenerAreReplacedOneByOneAndServeUntilThen() {
        var world = World.started(workers: 2)
        let old = world.serving
        world.handle(.outdated(Set(old)))
        for gone in 0..<2 {
            #expect(world.booting.count == 1 && world.serving.count == 2 && world.draining.count == gone)
            world.readyAll()
        }
        #expect(Set(world.draining) == Set(old))
        #expect(world.booting.isEmpty && world.serving.count == 2)
    }

    @Test func aWorkerThatBootsWithoutAMendedListenerIsReplacedOnceItIsReady() {
        var world = World.started(workers: 1)
        world.end(world.serving[0])
        world.pass(.milliseconds(100))
        let late = world.booting[0]
        world.handle(.outdated([late]))
        #expect(world.booting == [late])
        world.ready(late)
        #expect(world.serving == [late] && world.booting.count == 1)
        world.readyAll()
        #expect(world.draining == [late])
    }

    @Test func aReloadThatIsAbandonedLeavesNoWorkerWithoutAMendedListener() {
        var world = World.started(workers: 2)
        let old = world.serving
        world.handle(.signal(.hangup))
        world.handle(.outdated(Set(old)))
        world.open()
        world.end(world.booting.first { $0.generation == 2 }!, .exited(1))
        world.calm()
        #expect(Set(world.serving).isDisjoint(with: old))
        #expect(world.serving.map(\.generation) == [1, 1])
    }

    @Test func aWorkerThatAsksBeforeItIsReadyIsNotHeard() {
        var world = World(workers: 1)
        world.handle(.start)
        world.handle(.message(.recycle, from: world.booting[0]))
        world.readyAll()
        #expect(world.booting.isEmpty && world.serving.count == 1)
    }

    @Test func aWorkerThatGrewTooLargeIsReplaced() {
        var world = World.started(Configuration(workers: 2, prestart: false, maxWorkerMemory: 100))
        let ids = world.serving
        world.memory = [ids[0]: 100, ids[1]: 101]
        world.pass(.milliseconds(9_999))
        #expect(world.booting.isEmpty)
        world.pass(.milliseconds(1))
        #expect(world.notices.last == .workerRetires(ids[1], .memory(101)))
        world.readyAll()
        #expect(world.draining == [ids[1]])
    }

    @Test func memoryIsMeasuredOnlyWhereThereIsALimit() {
        var world = World.started(workers: 1)
        var measured = false
        for _ in 0..<10 {
            world.now = world.supervisor.nextDeadline!
            if world.tick().contains(.measureMemory) { measured = true }
        }
        #expect(!measured)
    }

    @Test func exitCode75OfAWorkerThatServedIsNoFailure() {
        var world = World.started(workers: 2)
        let old = world.serving[0]
        world.end(old, .exited(75))
        #expect(world.supervisor.nextDeadline == world.now)
        world.handle(.deadline)
        #expect(world.booting.map(\.slot) == [old.slot])
    }

    @Test func aWorkerThatDoesNothingButExit75BacksOff() {
        var world = World.started(workers: 1)
        let starts = world.supervisor.workers[0].id.serial
        for _ in 0..<100 {
            for id in world.serving { world.end(id, .exited(75)) }
            world.pass(.milliseconds(100))
            world.readyAll()
        }
        #expect(world.supervisor.workers.allSatisfy { $0.id.serial - starts < 10 })
    }

    @Test func aReloadReplacesWhoRetiresTogetherWithTheOthers() {
        var world = World.started(workers: 2)
        world.handle(.message(.recycle, from: world.serving[0]))
        world.handle(.signal(.hangup))
        world.open()
        // The reload's worker takes the place beside the old ones.
        #expect(world.booting.map(\.generation) == [2])
        world.calm()
        #expect(world.serving.map(\.generation) == [2, 2])
    }

    @Test func oneFewerTakesTheOneThatIsToGoAnyhow() {
        var world = World.started(workers: 3)
        let old = world.serving[0]
        world.handle(.message(.recycle, from: old))
        world.handle(.signal(.oneFewer))
        #expect(world.draining == [old])
        #expect(world.booting.isEmpty)
        #expect(world.serving.count == 2)
    }

    @Test func recyclingNeedsNoSurgeOfReloads() {
        var world = World.started(Configuration(workers: 1, prestart: false, surge: 0, unavailable: 1))
        let old = world.serving[0]
        world.handle(.message(.recycle, from: old))
        #expect(world.serving == [old])
        world.readyAll()
        #expect(world.draining == [old])
        #expect(world.serving.count == 1)
    }

    @Test func ofThoseThatAskTheOldestIsReplacedFirst() throws {
        var world = World.started(workers: 2)
        let first = world.serving[0]
        let second = world.serving[1]
        world.handle(.message(.recycle, from: first))
        let replacement = try #require(world.booting.first)
        world.handle(.message(.recycle, from: second))
        world.ready(replacement)
        #expect(world.draining == [first])
        world.end(first, .exited(0))
        // The replacement has the lower slot by now, or none; it must not overtake who has waited longer.
        world.handle(.message(.recycle, from: replacement))
        world.readyAll()
        #expect(world.draining == [second])
    }
}

extension World {
    fileprivate var retirements: Int {
        notices.count { if case .workerRetires = $0 { true } else { false } }
    }

    /// Every worker asks to be replaced, and who is replaced goes.
    fileprivate mutating func recycleAll() {
        for id in serving { handle(.message(.recycle, from: id)) }
        readyAll()
        for id in draining { end(id, .exited(0)) }
        tick()
    }
}
