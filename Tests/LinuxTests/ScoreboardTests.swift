import Contract
import Linux
import Glibc
import Testing
import SystemPackage

@Suite struct ScoreboardTests {
    @Test func twoMappingsShareTheSameState() throws {
        let master = try Scoreboard.make(entries: 5)
        let worker = try Scoreboard.inherited(descriptor: master.descriptor)
        #expect(worker.entries == 6)
        master.open(3, generation: 2)
        worker.slot(3).pid = 77
        worker.slot(3).tick = 9_000_000_000
        worker.slot(3).connectionOpened()
        var writer = MetricsBlock.Writer(worker.slot(3).metrics)
        let words = writer.append(.init(method: "GET", route: "/a"))
        for _ in 0..<5 { words?.increase(1, by: 1) }
        let slot = master.slot(3)
        #expect(slot.generation == 2)
        #expect(slot.state == .booting)
        #expect(slot.pid == 77)
        #expect(slot.lastTick == .seconds(9))
        #expect(slot.connections == 1)
        #expect(slot.accepted == 1)
        #expect(slot.metrics.requests.count == 5)
    }

    @Test func memoryWithAnotherLayoutIsRejected() throws {
        let board = try Scoreboard.make(entries: 0)
        #expect(board.slot(Scoreboard.capacity - 1).pid == 0)
        #expect(throws: SystemError.self) { try Scoreboard.inherited(descriptor: 0) }
    }

    @Test func anOverwrittenHeaderIsRejectedAndRestored() throws {
        let board = try Scoreboard.make(entries: 4)
        for index in [1, 5] { board.open(index, generation: 1) }
        #expect(!board.restoreHeader(used: 6))
        _ = board.connectionOpened(from: 7, on: board.slot(5))
        // Of other entries, memory would end in the middle of a slot.
        for (offset, value) in [(0, 9), (8, 2), (8, .max), (4, .max), (16, 1)] as [(off_t, UInt32)] {
            var value = value
            #expect(pwrite(board.descriptor, &value, 4, offset) == 4)
            if offset == 0 || offset == 8 {
                #expect(throws: SystemError("scoreboard", errno: .protocolError)) {
                    try Scoreboard.inherited(descriptor: board.descriptor)
                }
            }
            // Who knows what it should be does without it.
            let resumed = try Scoreboard.resumed(
                descriptor: board.descriptor, entries: board.entries, secret: board.secret)
            #expect(resumed.slot(5).state == .booting)
            #expect(board.restoreHeader(used: 6))
            #expect(!board.restoreHeader(used: 6))
            let worker = try Scoreboard.inherited(descriptor: board.descriptor)
            #expect(worker.connectionOpened(from: 7, on: worker.slot(1)) == 2)
            worker.connectionClosed(from: 7, on: worker.slot(1))
        }
        #expect(throws: SystemError.self) {
            try Scoreboard.resumed(descriptor: board.descriptor, entries: 6, secret: 0)
        }
    }

    @Test func onlyWorkersThatAcceptAreCounted() throws {
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

    @Test func aStuckWorkerIsNotCounted() throws {
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

    @Test func aWorkerReportsSinceWhenItsBlockingPoolIsOverdue() throws {
        let slot = try Scoreboard.make(entries: 0).slot(0)
        #expect(slot.poolOverdueSince == nil)
        slot.poolIsOverdue(since: 3)
        #expect(slot.poolOverdueSince == .nanoseconds(3))
        slot.poolIsOverdue(since: nil)
        #expect(slot.poolOverdueSince == nil)
    }

    @Test func aReassignedSlotIsCleared() throws {
        let board = try Scoreboard.make(entries: 2)
        let slot = board.slot(4)
        var writer = MetricsBlock.Writer(slot.metrics)
        writer.append(.init(method: "GET", route: "/"))?.increase(0, by: 1)
        slot.pool = .init(threads: 8, busy: 3, queued: 1)
        slot.bytesReceived(5)
        slot.bytesSent(6)
        slot.logLinesLost(7)
        slot.changeStalled(by: 1)
        slot.poolIsOverdue(since: 1)
        let table = InFlightTable(slot)
        for _ in 0..<3 { _ = table.enter([], path: 0..<0, number: 1, at: 1) }
        #expect(slot.inFlight.count == 2 && slot.unrecorded == 1)
        board.open(4, generation: 9)
        #expect(slot.inFlight.isEmpty && slot.unrecorded == 0 && !slot.isStalled)
        #expect(slot.metrics.series.isEmpty && slot.poolOverdueSince == nil)
        #expect(slot.pool == .init(threads: 0, busy: 0, queued: 0))
        #expect(slot.received == 0 && slot.sent == 0 && slot.lostLogLines == 0)
    }

    @Test func connectionsOfAnAddressAreCountedAcrossWorkers() throws {
        let board = try Scoreboard.make(entries: 4)
        for index in 0..<3 { board.open(index, generation: 1) }
        #expect(board.connectionOpened(from: 7, on: board.slot(0)) == 1)
        #expect(board.connectionOpened(from: 7, on: board.slot(2)) == 2)
        #expect(board.connectionOpened(from: 8, on: board.slot(2)) == 1)
        board.connectionClosed(from: 7, on: board.slot(0))
        #expect(board.connectionOpened(from: 7, on: board.slot(1)) == 2)
        // What a dead worker had counted goes with it.
        board.close(2)
        #expect(board.connectionOpened(from: 7, on: board.slot(0)) == 2)
        #expect(board.connectionOpened(from: 8, on: board.slot(0)) == 1)
        board.open(2, generation: 2)
        #expect(board.connectionOpened(from: 7, on: board.slot(2)) == 3)
        // The slots themselves are where they were.
        #expect(board.slot(2).generation == 2 && board.slot(2).connections == 0)
    }

    /// Counters are shared; what each address has must be right all the same.
    @Test func otherAddressesDoNotRaiseACount() throws {
        let board = try Scoreboard.make(entries: 0)
        for index in 0..<4 { board.open(index, generation: 1) }
        for network in 1...2000 as ClosedRange<UInt64> {
            for _ in 0..<(network <= 50 ? 50 : 1) {
                _ = board.connectionOpened(from: network, on: board.slot(Int(network % 4)))
            }
        }
        let counts = (3001...4000 as ClosedRange<UInt64>).map { network in
            let count = board.connectionOpened(from: network, on: board.slot(0))
            board.connectionClosed(from: network, on: board.slot(0))
            return count
        }
        #expect(counts.allSatisfy { $0 >= 1 })
        #expect(counts.count { $0 > 8 } <= 1, "\(counts.max() ?? 0)")
        for network in 1...50 as ClosedRange<UInt64> {
            #expect(board.connectionOpened(from: network, on: board.slot(1)) >= 51)
        }
    }

    @Test func unusedCountersUseNoMemory() throws {
        let board = try Scoreboard.make(entries: 0)
        for _ in 0..<2 { for index in 0..<Scoreboard.capacity { board.open(index, generation: 1) } }
        var information = stat()
        #expect(fstat(board.descriptor, &information) == 0)
        #expect(information.st_blocks * 512 < 1 << 20)
    }
}
