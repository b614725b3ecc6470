import Contract
import Testing

@Suite struct ScoreboardTests {
    @Test func twoMappingsShowTheSame() throws {
        let master = try Scoreboard.make()
        let worker = try Scoreboard.inherited(descriptor: master.descriptor)
        master.open(3, generation: 2)
        worker.slot(3).pid = 77
        worker.slot(3).connectionOpened()
        worker.slot(3).requestsAnswered(5)
        let slot = master.slot(3)
        #expect(slot.generation == 2)
        #expect(slot.state == .booting)
        #expect(slot.pid == 77)
        #expect(slot.connections == 1)
        #expect(slot.accepted == 1)
        #expect(slot.requests == 5)
    }

    @Test func onlyWorkersThatAcceptAreCompared() throws {
        let board = try Scoreboard.make()
        #expect(board.fewestConnections == nil)
        for index in 0..<3 { board.open(index, generation: 1) }
        board.slot(0).state = .ready
        board.slot(0).connectionOpened()
        board.slot(1).state = .draining
        #expect(board.fewestConnections == 1)
        board.slot(2).state = .ready
        #expect(board.fewestConnections == 0)
        board.close(2)
        #expect(board.fewestConnections == 1)
    }
}
