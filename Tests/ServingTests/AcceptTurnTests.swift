import Testing

@testable import Serving

@Suite struct AcceptTurnTests {
    @Test func theWorkerWithFewestConnectionsBlocksInAccept() {
        var turn = AcceptTurn()
        #expect(turn.next(own: 2, fewest: 2, isWaiting: false, at: 0) == .accept)
        #expect(turn.next(own: 9, fewest: nil, isWaiting: true, at: 0) == .accept)
    }

    @Test func oneWithMoreLeavesTheConnectionForFiveMilliseconds() {
        var turn = AcceptTurn()
        #expect(turn.next(own: 3, fewest: 2, isWaiting: false, at: 0) == .watch)
        #expect(turn.next(own: 3, fewest: 2, isWaiting: true, at: 1_000_000) == .nap(200_000))
        #expect(turn.next(own: 3, fewest: 2, isWaiting: true, at: 5_999_999) == .nap(200_000))
        #expect(turn.next(own: 3, fewest: 2, isWaiting: true, at: 6_000_000) == .accept)
        #expect(turn.next(own: 4, fewest: 2, isWaiting: true, at: 6_000_001) == .nap(200_000))
    }

    @Test func theWaitBeginsAnewWithEachConnection() {
        var turn = AcceptTurn()
        _ = turn.next(own: 3, fewest: 2, isWaiting: true, at: 0)
        #expect(turn.next(own: 3, fewest: 2, isWaiting: false, at: 4_000_000) == .watch)
        #expect(turn.next(own: 3, fewest: 2, isWaiting: true, at: 8_000_000) == .nap(200_000))
    }
}
