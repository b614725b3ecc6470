import Foundation
import Testing

@testable import Serving

@Suite struct BlockingPoolTests {
    @Test func jobsThatWereGivenUpMakeRoomForOthers() throws {
        let pool = BlockingPool(threads: 1, capacity: 2)
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

    private func semaphore() -> DispatchSemaphore { DispatchSemaphore(value: 0) }
}
