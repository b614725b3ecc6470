import Contract
import Supervisor
import Testing

@Suite struct RecyclingTests {
    @Test func aWorkerThatAsksGoesWhenAnotherIsReady() {
        var master = SimulatedMaster.started(workers: 2)
        let old = master.serving[0]
        master.handle(.message(.recycle, from: old))
        #expect(master.logged.last == .workerRecycling(old, .requested))
        #expect(master.serving.count == 2)
        #expect(master.booting.map(\.slot) == [3])
        #expect(master.sent.isEmpty)
        master.readyAll()
        #expect(master.draining == [old])
        #expect(master.serving.count == 2)
        master.end(old, .exited(0))
        #expect(master.living.count == 2)
    }

    @Test func whenAllAskAtOnceTheyGoOneByOne() {
        var master = SimulatedMaster.started(workers: 3)
        let old = master.serving
        for id in old { master.handle(.message(.recycle, from: id)) }
        for gone in 0..<3 {
            #expect(master.booting.count == 1)
            #expect(master.draining.count == gone)
            master.readyAll()
            #expect(master.serving.count == 3)
        }
        #expect(master.booting.isEmpty)
        #expect(Set(master.draining) == Set(old))
    }

    /// A worker that asks as soon as it is ready, and so does the one in its place.
    @Test func workersThatAskAtOnceAreReplacedOneASecondAfterAWhile() {
        var master = SimulatedMaster.started(workers: 2)
        for _ in 0..<100 { master.recycleAll() }
        #expect(master.retirements == 32)
        for _ in 0..<100 {
            master.pass(.milliseconds(100))
            master.recycleAll()
        }
        #expect((41...42).contains(master.retirements))
        #expect(master.serving.count == 2)
        // Nobody's wish is forgotten, and it is due when it is allowed.
        let mark = master.retirements
        master.pass(.seconds(10))
        #expect(master.retirements > mark)
    }

    @Test func aWorkerThatAnOperatorDrainsServesUntilAnotherIsReady() {
        var master = SimulatedMaster.started(workers: 2)
        let old = master.serving[1]
        master.handle(.replace(old))
        #expect(master.logged.last == .workerRecycling(old, .operatorsRequest))
        // Asking twice changes nothing.
        master.handle(.replace(old))
        #expect(master.booting.count == 1 && master.serving.count == 2 && master.draining.isEmpty)
        master.readyAll()
        #expect(master.draining == [old])
        master.end(old, .exited(0))
        // A worker that is gone is no one's business.
        master.handle(.replace(old))
        #expect(master.living.count == 2)
    }

    @Test func aReplacementThatFailsBacksOffAndTheOldOneStays() {
        var master = SimulatedMaster.started(workers: 1)
        let old = master.serving[0]
        master.handle(.message(.recycle, from: old))
        master.end(master.booting[0], .exited(1))
        #expect(master.booting.isEmpty)
        #expect(master.serving == [old])
        master.pass(.milliseconds(100))
        master.end(master.booting[0], .exited(1))
        master.pass(.milliseconds(199))
        #expect(master.booting.isEmpty)
        master.pass(.milliseconds(1))
        master.readyAll()
        #expect(master.draining == [old])
    }

    @Test func workersWithoutAMendedListenerAreReplacedOneByOneAndServeUntilThen() {
        var master = SimulatedMaster.started(workers: 2)
        let old = master.serving
        master.handle(.listenerReplaced(Set(old)))
        for gone in 0..<2 {
            #expect(master.booting.count == 1 && master.serving.count == 2 && master.draining.count == gone)
            master.readyAll()
        }
        #expect(Set(master.draining) == Set(old))
        #expect(master.booting.isEmpty && master.serving.count == 2)
    }

    @Test func aWorkerThatBootsWithoutAMendedListenerIsReplacedOnceItIsReady() {
        var master = SimulatedMaster.started(workers: 1)
        master.end(master.serving[0])
        master.pass(.milliseconds(100))
        let late = master.booting[0]
        master.handle(.listenerReplaced([late]))
        #expect(master.booting == [late])
        master.ready(late)
        #expect(master.serving == [late] && master.booting.count == 1)
        master.readyAll()
        #expect(master.draining == [late])
    }

    @Test func aReloadThatIsAbandonedLeavesNoWorkerWithoutAMendedListener() {
        var master = SimulatedMaster.started(workers: 2)
        let old = master.serving
        master.handle(.signal(.hangup))
        master.handle(.listenerReplaced(Set(old)))
        master.open()
        master.end(master.booting.first { $0.generation == 2 }!, .exited(1))
        master.calm()
        #expect(Set(master.serving).isDisjoint(with: old))
        #expect(master.serving.map(\.generation) == [1, 1])
    }

    @Test func aWorkerThatAsksBeforeItIsReadyIsNotHeard() {
        var master = SimulatedMaster(workers: 1)
        master.handle(.start)
        master.handle(.message(.recycle, from: master.booting[0]))
        master.readyAll()
        #expect(master.booting.isEmpty && master.serving.count == 1)
    }

    @Test func aWorkerThatGrewTooLargeIsReplaced() {
        var master = SimulatedMaster.started(Settings(workers: 2, prestart: false, maxWorkerMemory: 100))
        let ids = master.serving
        master.memory = [ids[0]: 100, ids[1]: 101]
        master.pass(.milliseconds(9_999))
        #expect(master.booting.isEmpty)
        master.pass(.milliseconds(1))
        #expect(master.logged.last == .workerRecycling(ids[1], .memory(bytes: 101)))
        master.readyAll()
        #expect(master.draining == [ids[1]])
    }

    @Test func memoryIsMeasuredOnlyWhereThereIsALimit() {
        var master = SimulatedMaster.started(workers: 1)
        var measured = false
        for _ in 0..<10 {
            master.now = master.supervisor.nextDeadline!
            if master.tick().contains(.measureMemory) { measured = true }
        }
        #expect(!measured)
    }

    @Test func exitCode75OfAWorkerThatServedIsNoFailure() {
        var master = SimulatedMaster.started(workers: 2)
        let old = master.serving[0]
        master.end(old, .exited(75))
        #expect(master.supervisor.nextDeadline == master.now)
        master.handle(.deadline)
        #expect(master.booting.map(\.slot) == [old.slot])
    }

    @Test func aWorkerThatDoesNothingButExit75BacksOff() {
        var master = SimulatedMaster.started(workers: 1)
        let starts = master.supervisor.workers[0].id.serial
        for _ in 0..<100 {
            for id in master.serving { master.end(id, .exited(75)) }
            master.pass(.milliseconds(100))
            master.readyAll()
        }
        #expect(master.supervisor.workers.allSatisfy { $0.id.serial - starts < 10 })
    }

    @Test func aReloadReplacesWhoRetiresTogetherWithTheOthers() {
        var master = SimulatedMaster.started(workers: 2)
        master.handle(.message(.recycle, from: master.serving[0]))
        master.handle(.signal(.hangup))
        master.open()
        // The reload's worker takes the place beside the old ones.
        #expect(master.booting.map(\.generation) == [2])
        master.calm()
        #expect(master.serving.map(\.generation) == [2, 2])
    }

    @Test func oneFewerTakesTheOneThatIsToGoAnyhow() {
        var master = SimulatedMaster.started(workers: 3)
        let old = master.serving[0]
        master.handle(.message(.recycle, from: old))
        master.handle(.signal(.oneFewer))
        #expect(master.draining == [old])
        #expect(master.booting.isEmpty)
        #expect(master.serving.count == 2)
    }

    @Test func recyclingNeedsNoSurgeOfReloads() {
        var master = SimulatedMaster.started(Settings(workers: 1, prestart: false, maxSurge: 0, maxUnavailable: 1))
        let old = master.serving[0]
        master.handle(.message(.recycle, from: old))
        #expect(master.serving == [old])
        master.readyAll()
        #expect(master.draining == [old])
        #expect(master.serving.count == 1)
    }

    @Test func ofThoseThatAskTheOldestIsReplacedFirst() throws {
        var master = SimulatedMaster.started(workers: 2)
        let first = master.serving[0]
        let second = master.serving[1]
        master.handle(.message(.recycle, from: first))
        let replacement = try #require(master.booting.first)
        master.handle(.message(.recycle, from: second))
        master.ready(replacement)
        #expect(master.draining == [first])
        master.end(first, .exited(0))
        // The replacement has the lower slot by now, or none; it must not overtake who has waited longer.
        master.handle(.message(.recycle, from: replacement))
        master.readyAll()
        #expect(master.draining == [second])
    }
}

extension SimulatedMaster {
    fileprivate var retirements: Int {
        logged.count { if case .workerRecycling = $0 { true } else { false } }
    }

    /// Every worker asks to be replaced, and who is replaced goes.
    fileprivate mutating func recycleAll() {
        for id in serving { handle(.message(.recycle, from: id)) }
        readyAll()
        for id in draining { end(id, .exited(0)) }
        tick()
    }
}
