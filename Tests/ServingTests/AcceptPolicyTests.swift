import Testing

@testable import Serving

@Suite struct AcceptPolicyTests {
    /// An accept thread by itself: what it would do, by what it sees. Times are milliseconds.
    private struct Thread {
        private static let millisecond = 1_000_000.0
        var policy = AcceptPolicy()
        /// Connections that the loop has taken over.
        var adopted = 0

        /// - Parameter tick: of the loop; nil is just now.
        mutating func step(
            at now: Double, own: Int = 1, fewest: Int? = 1, isWaiting: Bool = false, tick: Double? = nil
        ) -> AcceptPolicy.Step {
            policy.next(
                own: own, fewest: fewest, isWaiting: isWaiting, adopted: adopted, tick: Self.time(tick ?? now),
                at: Self.time(now))
        }

        mutating func handOver(at now: Double) {
            policy.connectionHandedOver(at: Self.time(now))
        }

        func earliestTick(at now: Double) -> Double {
            Double(policy.earliestTick(at: Self.time(now))) / Self.millisecond
        }

        static func time(_ milliseconds: Double) -> UInt64 { UInt64(milliseconds * millisecond) }
    }

    private let pause = AcceptPolicy.Step.sleep(200_000)
    private func waitForLoop(_ milliseconds: Double) -> AcceptPolicy.Step { .waitForLoop(Thread.time(milliseconds)) }

    @Test func theWorkerWithFewestConnectionsBlocksInAccept() {
        var thread = Thread()
        #expect(thread.step(at: 0, own: 2, fewest: 2) == .accept)
        #expect(thread.step(at: 0, own: 9, fewest: nil, isWaiting: true) == .accept)
    }

    @Test func aWorkerWithMoreConnectionsWaitsFiveMilliseconds() {
        var thread = Thread()
        #expect(thread.step(at: 0, own: 3, fewest: 2) == .watch)
        #expect(thread.step(at: 1, own: 3, fewest: 2, isWaiting: true) == pause)
        #expect(thread.step(at: 5.9, own: 3, fewest: 2, isWaiting: true) == pause)
        #expect(thread.step(at: 6, own: 3, fewest: 2, isWaiting: true) == .accept)
        #expect(thread.step(at: 6.1, own: 4, fewest: 2, isWaiting: true) == pause)
    }

    @Test func theWaitStartsAgainForEachConnection() {
        var thread = Thread()
        _ = thread.step(at: 0, own: 3, fewest: 2, isWaiting: true)
        #expect(thread.step(at: 4, own: 3, fewest: 2) == .watch)
        #expect(thread.step(at: 8, own: 3, fewest: 2, isWaiting: true) == pause)
    }

    @Test func aWorkerThatWasWaitedForInVainMustMakeAPassFirst() {
        var thread = Thread()
        #expect(thread.earliestTick(at: 9000) == 7000)
        #expect(thread.step(at: 9000, own: 3, fewest: 2, isWaiting: true) == pause)
        #expect(thread.step(at: 9005, own: 3, fewest: 2, isWaiting: true) == .accept)
        #expect(thread.earliestTick(at: 9006) == 9005)
        #expect(thread.earliestTick(at: 20_000) == 18_000)
    }

    @Test func nothingMoreIsAcceptedBeforeTheLoopHasTakenOverWhatItWasHanded() {
        var thread = Thread()
        thread.handOver(at: 0)
        #expect(thread.step(at: 1) == waitForLoop(4))
        thread.adopted = 1
        #expect(thread.step(at: 2) == .accept)
    }

    @Test func aLoopThatTakesOverNothingForFiveMillisecondsIsStuck() {
        var thread = Thread()
        thread.handOver(at: 100)
        #expect(thread.step(at: 104) == waitForLoop(1))
        #expect(thread.step(at: 105) == .waitForStuckLoop)
        #expect(thread.step(at: 900, isWaiting: true) == .waitForStuckLoop)
        thread.adopted = 1
        #expect(thread.step(at: 901, isWaiting: true) == .accept)
    }

    @Test func aBurstIsTakenUpToEightAheadOfTheLoop() {
        var thread = Thread()
        for _ in 1...7 {
            thread.handOver(at: 0)
            #expect(thread.step(at: 0, isWaiting: true) == .accept)
        }
        thread.handOver(at: 0)
        #expect(thread.step(at: 0, isWaiting: true) == waitForLoop(5))
        // The loop's progress, however slow, is progress.
        thread.adopted = 1
        #expect(thread.step(at: 4, isWaiting: true) == .accept)
        thread.adopted = 2
        #expect(thread.step(at: 8, isWaiting: true) == .accept)
        #expect(thread.step(at: 13, isWaiting: true) == .waitForStuckLoop)
    }

    @Test func aLoopThatIsNotSeenToRunGetsNoBurst() {
        var thread = Thread()
        thread.handOver(at: 100)
        #expect(thread.step(at: 100, isWaiting: true, tick: 95) == waitForLoop(5))
        #expect(thread.step(at: 100, isWaiting: true, tick: 96) == .accept)
    }
}
