import Contract
import Linux
import Foundation
import Glibc
import Messages
import Synchronization
import Testing

@testable import Serving

extension BlockingPool {
    /// As in a pass of its own.
    fileprivate func start(
        _ operation: BlockingOperation = .unnamed, deadline: UInt64? = nil, _ work: @escaping @Sendable () -> Void
    ) -> Job? {
        defer { wake() }
        return submit(operation, deadline: deadline, work)
    }
}

@Suite struct BlockingPoolTests {
    private let slot: Scoreboard.Slot

    init() throws {
        slot = try Scoreboard.make(entries: 0).slot(0)
    }

    @Test func cancelledJobsMakeRoomForOthers() throws {
        let pool = BlockingPool(threads: 1, capacity: 2, slot: slot)
        let (began, goOn, ended) = (semaphore(), semaphore(), semaphore())
        _ = pool.start {
            began.signal()
            goOn.wait()
        }
        // From here on the one thread is busy, and jobs stay in the queue.
        try #require(began.wait(timeout: .now() + 60) == .success)
        let first = try #require(pool.start { Testing.Issue.record("it was given up") })
        let second = try #require(pool.start { ended.signal() })
        #expect(pool.start {} == nil)
        first.cancel()
        #expect(pool.start { ended.signal() } != nil)
        #expect(pool.start {} == nil)
        goOn.signal()
        for _ in 0..<2 { #expect(ended.wait(timeout: .now() + 60) == .success) }
        withExtendedLifetime(second) {}
    }

    @Test func aCancelledJobIsToldWhileItBlocks() throws {
        let pool = BlockingPool(threads: 1, capacity: 2, slot: slot)
        let (began, told, goOn, ended) = (semaphore(), semaphore(), semaphore(), semaphore())
        let job = try #require(
            pool.start {
                withBlockingCancellationHandler {
                    began.signal()
                    told.wait()
                } onCancel: {
                    told.signal()
                }
                goOn.wait()
                // It has been given up before this begins.
                withBlockingCancellationHandler {
                    told.wait()
                } onCancel: {
                    told.signal()
                }
                ended.signal()
            })
        try #require(began.wait(timeout: .now() + 60) == .success)
        job.cancel()
        goOn.signal()
        #expect(ended.wait(timeout: .now() + 60) == .success)
    }

    @Test func aFinishedJobIsNotCancelled() throws {
        let pool = BlockingPool(threads: 1, capacity: 2, slot: slot)
        let ended = semaphore()
        let job = try #require(
            pool.start {
                withBlockingCancellationHandler {
                } onCancel: {
                    Testing.Issue.record("it is done")
                }
                ended.signal()
            })
        try #require(ended.wait(timeout: .now() + 60) == .success)
        job.cancel()
        #expect(
            withBlockingCancellationHandler {
                7
            } onCancel: {
                Testing.Issue.record("there is no job here")
            } == 7)
    }

    @Test func anOperationThatStallsLeavesThreadsForOthers() throws {
        let pool = BlockingPool(threads: 4, capacity: 99, slot: slot)
        let ideas = BlockingOperation("ideas")
        let (began, goOn, ended) = (semaphore(), semaphore(), semaphore())
        for _ in 0..<10 {
            let job = pool.start(ideas) {
                began.signal()
                goOn.wait()
                ended.signal()
            }
            try #require(job != nil)
        }
        for _ in 0..<3 { try #require(began.wait(timeout: .now() + 60) == .success) }
        let search = BlockingOperation("search")
        for _ in 0..<50 {
            _ = pool.start(search) { ended.signal() }
            try #require(ended.wait(timeout: .now() + 60) == .success)
        }
        for _ in 0..<10 { goOn.signal() }
        for _ in 0..<10 { #expect(ended.wait(timeout: .now() + 60) == .success) }
    }

    @Test func theScoreboardShowsSinceWhenThreadsAreOverdue() throws {
        let pool = BlockingPool(threads: 2, capacity: 9, slot: slot)
        let (began, goOn, ended) = (semaphore(), semaphore(), semaphore())
        for deadline in [70, 50, 90] as [UInt64] {
            let job = pool.start(deadline: deadline) {
                began.signal()
                goOn.wait()
                ended.signal()
            }
            try #require(job != nil)
        }
        for _ in 0..<2 { try #require(began.wait(timeout: .now() + 60) == .success) }
        #expect(slot.poolOverdueSince == .nanoseconds(70))
        goOn.signal()
        try #require(began.wait(timeout: .now() + 60) == .success)
        #expect(slot.poolOverdueSince == nil)
        for _ in 0..<2 { goOn.signal() }
        for _ in 0..<3 { #expect(ended.wait(timeout: .now() + 60) == .success) }
    }

    @Test func sequentialJobsRunOnFewThreads() throws {
        let pool = BlockingPool(threads: 16, capacity: 99, slot: slot)
        let threads = Mutex<Set<UInt>>([])
        // The thread that slept last, or one that is still on its way to sleep; at first these are all.
        for number in 0..<1200 {
            let ended = semaphore()
            let job = pool.start {
                if number >= 1000 { threads.withLock { _ = $0.insert(UInt(pthread_self())) } }
                ended.signal()
            }
            try #require(job != nil && ended.wait(timeout: .now() + 60) == .success)
        }
        #expect(threads.withLock { $0.count } <= 8)
    }

    @Test func concurrentJobsRunOnAThreadEach() throws {
        let pool = BlockingPool(threads: 4, capacity: 99, slot: slot)
        let (began, goOn, ended) = (semaphore(), semaphore(), semaphore())
        // Submitted in one pass, and told of once.
        for _ in 0..<4 {
            let job = pool.submit {
                began.signal()
                goOn.wait()
                ended.signal()
            }
            try #require(job != nil)
        }
        pool.wake()
        for _ in 0..<4 { try #require(began.wait(timeout: .now() + 60) == .success) }
        for _ in 0..<4 { goOn.signal() }
        for _ in 0..<4 { #expect(ended.wait(timeout: .now() + 60) == .success) }
    }

    @Test func manyJobsFromManyThreadsAreAllDone() throws {
        let pool = BlockingPool(threads: 4, capacity: 100_000, slot: slot)
        let operations = [BlockingOperation("a"), BlockingOperation("b", threads: 1), .unnamed]
        let ended = semaphore()
        let submitters = (0..<3).map { number in
            Serving.SystemThread.start("submitter") {
                for _ in 0..<2000 { _ = pool.start(operations[number]) { ended.signal() } }
            }
        }
        for submitter in submitters { submitter.join() }
        for _ in 0..<6000 { try #require(ended.wait(timeout: .now() + 60) == .success) }
    }

    private func semaphore() -> DispatchSemaphore { DispatchSemaphore(value: 0) }
}
