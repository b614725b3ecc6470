import Contract
import Foundation
import Testing

@testable import Serving

@Suite struct BlockingPoolTests {
    private let slot: Scoreboard.Slot

    init() throws {
        slot = try Scoreboard.make(entries: 0).slot(0)
    }

    @Test func jobsThatWereGivenUpMakeRoomForOthers() throws {
        let pool = BlockingPool(threads: 1, capacity: 2, slot: slot)
        let (began, goOn, ended) = (semaphore(), semaphore(), semaphore())
        _ = pool.submit {
            began.signal()
            goOn.wait()
        }
        // From here on the one thread is busy, and jobs stay in the queue.
        try #require(began.wait(timeout: .now() + 60) == .success)
        let first = try #require(pool.submit { Testing.Issue.record("it was given up") })
        let second = try #require(pool.submit { ended.signal() })
        #expect(pool.submit {} == nil)
        first.giveUp()
        #expect(pool.submit { ended.signal() } != nil)
        #expect(pool.submit {} == nil)
        goOn.signal()
        for _ in 0..<2 { #expect(ended.wait(timeout: .now() + 60) == .success) }
        withExtendedLifetime(second) {}
    }

    @Test func aJobThatIsGivenUpIsToldWhileItBlocks() throws {
        let pool = BlockingPool(threads: 1, capacity: 2, slot: slot)
        let (began, told, goOn, ended) = (semaphore(), semaphore(), semaphore(), semaphore())
        let job = try #require(
            pool.submit {
                withGiveUpHandler {
                    began.signal()
                    told.wait()
                } onGiveUp: {
                    told.signal()
                }
                goOn.wait()
                // It has been given up before this begins.
                withGiveUpHandler {
                    told.wait()
                } onGiveUp: {
                    told.signal()
                }
                ended.signal()
            })
        try #require(began.wait(timeout: .now() + 60) == .success)
        job.giveUp()
        goOn.signal()
        #expect(ended.wait(timeout: .now() + 60) == .success)
    }

    @Test func nobodyIsToldOfAJobThatIsDone() throws {
        let pool = BlockingPool(threads: 1, capacity: 2, slot: slot)
        let ended = semaphore()
        let job = try #require(
            pool.submit {
                withGiveUpHandler {
                } onGiveUp: {
                    Testing.Issue.record("it is done")
                }
                ended.signal()
            })
        try #require(ended.wait(timeout: .now() + 60) == .success)
        job.giveUp()
        #expect(
            withGiveUpHandler {
                7
            } onGiveUp: {
                Testing.Issue.record("there is no job here")
            } == 7)
    }

    @Test func theScoreboardShowsSinceWhenJobsWait() throws {
        let pool = BlockingPool(threads: 1, capacity: 9, slot: slot)
        let (began, goOn, ended) = (semaphore(), semaphore(), semaphore())
        let submitted = MonotonicClock.now
        for _ in 0..<3 {
            _ = pool.submit {
                began.signal()
                goOn.wait()
                ended.signal()
            }
        }
        try #require(began.wait(timeout: .now() + 60) == .success)
        let first = try #require(slot.poolWaitsSince)
        #expect(submitted <= first && first <= MonotonicClock.now)
        goOn.signal()
        try #require(began.wait(timeout: .now() + 60) == .success)
        // One has finished, so that the wait of the last one counts from there.
        let second = try #require(slot.poolWaitsSince)
        #expect(second > first)
        goOn.signal()
        try #require(began.wait(timeout: .now() + 60) == .success)
        #expect(slot.poolWaitsSince == nil)
        goOn.signal()
        for _ in 0..<3 { #expect(ended.wait(timeout: .now() + 60) == .success) }
    }

    private func semaphore() -> DispatchSemaphore { DispatchSemaphore(value: 0) }
}
