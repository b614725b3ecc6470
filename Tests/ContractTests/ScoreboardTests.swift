import Contract
import Testing

@Suite struct ScoreboardTests {
    @Test func twoMappingsShowTheSame() throws {
        let master = try Scoreboard.make(entries: 5)
        let worker = try Scoreboard.inherited(descriptor: master.descriptor)
        #expect(worker.entries == 6)
        master.open(3, generation: 2)
        worker.slot(3).pid = 77
        worker.slot(3).tick = 9_000_000_000
        worker.slot(3).connectionOpened()
        for _ in 0..<5 { worker.slot(3).requestAnswered(in: 4_000_000) }
        let slot = master.slot(3)
        #expect(slot.generation == 2)
        #expect(slot.state == .booting)
        #expect(slot.pid == 77)
        #expect(slot.lastTick == .seconds(9))
        #expect(slot.connections == 1)
        #expect(slot.accepted == 1)
        #expect(slot.requests == 5)
        #expect(slot.latency.total == 5)
        #expect(slot.latency.quantile(0.5) == .nanoseconds(4_096_000))
    }

    @Test func memoryOfAnotherKindIsRefused() throws {
        let board = try Scoreboard.make(entries: 0)
        #expect(board.slot(Scoreboard.capacity - 1).pid == 0)
        #expect(throws: SystemError.self) { try Scoreboard.inherited(descriptor: 0) }
    }

    @Test func onlyWorkersThatAcceptAreCompared() throws {
        let board = try Scoreboard.make(entries: 0)
        #expect(board.fewestConnections(tickedSince: 0) == nil)
        for index in 0..<3 { board.open(index, generation: 1) }
        board.slot(0).state = .ready
        board.slot(0).connectionOpened()
        board.slot(1).state = .draining
        #expect(board.fewestConnections(tickedSince: 0) == 1)
        board.slot(2).state = .ready
        #expect(board.fewestConnections(tickedSince: 0) == 0)
        board.close(2)
        #expect(board.fewestConnections(tickedSince: 0) == 1)
    }

    @Test func aStuckWorkerIsNotComparedWith() throws {
        let board = try Scoreboard.make(entries: 0)
        for index in 0..<2 {
            board.open(index, generation: 1)
            board.slot(index).state = .ready
            board.slot(index).tick = 100
        }
        board.slot(0).connectionOpened()
        #expect(board.fewestConnections(tickedSince: 100) == 0)
        board.slot(0).tick = 200
        #expect(board.fewestConnections(tickedSince: 150) == 1)
        board.slot(1).changeStalled(by: 1)
        #expect(board.fewestConnections(tickedSince: 0) == 1)
        board.slot(1).changeStalled(by: -1)
        #expect(board.fewestConnections(tickedSince: 0) == 0)
    }

    @Test func aBlockingPoolIsJudgedByItsOldestJobAndItsLastAnswer() throws {
        let slot = try Scoreboard.make(entries: 0).slot(0)
        slot.jobFinished(at: 5)
        #expect(slot.poolWaitsSince == nil)
        slot.jobsWait(since: 3)
        #expect(slot.poolWaitsSince == .nanoseconds(5))
        slot.jobsWait(since: 7)
        #expect(slot.poolWaitsSince == .nanoseconds(7))
        slot.jobsWait(since: 0)
        #expect(slot.poolWaitsSince == nil)
    }

    @Test func aSlotThatChangesHandsForgetsEverything() throws {
        let board = try Scoreboard.make(entries: 2)
        let slot = board.slot(4)
        slot.requestAnswered(in: 1)
        slot.changeStalled(by: 1)
        slot.jobsWait(since: 1)
        let table = InFlightTable(slot)
        for _ in 0..<3 { _ = table.enter([], path: 0..<0, at: 1) }
        #expect(slot.inFlight.count == 2 && slot.unrecorded == 1)
        board.open(4, generation: 9)
        #expect(slot.inFlight.isEmpty && slot.unrecorded == 0 && !slot.isStalled)
        #expect(slot.requests == 0 && slot.latency.total == 0 && slot.poolWaitsSince == nil)
    }
}
