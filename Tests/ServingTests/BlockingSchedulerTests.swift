import Messages
import Testing

@testable import Serving

@Suite struct BlockingSchedulerTests {
    private let ideas = BlockingOperation("ideas")
    private let search = BlockingOperation("search")
    private let second: UInt64 = 1_000_000_000

    private func job(_ operation: BlockingOperation, deadline: UInt64? = nil) -> BlockingPool.Job {
        BlockingPool.Job(operation, deadline: deadline) {}
    }

    @Test(
        arguments: [(1, nil, 1), (2, nil, 1), (4, nil, 3), (8, nil, 6), (8, 2, 2), (8, 0, 1), (8, .max, 8)]
            as [(Int, Int?, Int)])
    func anOperationHasThreeQuartersOfTheThreadsOrItsOwnLimit(threads: Int, wish: Int?, most: Int) {
        var scheduler = BlockingScheduler(threads: threads)
        let operation = BlockingOperation("a", threads: wish)
        let calls = (0..<20).map { _ in scheduler.append(job(operation), at: 1) }
        #expect(calls.count { $0 } == most)
        #expect(scheduler.waiting == 20)
    }

    @Test func anotherOperationDoesNotWaitForAllEarlierJobs() throws {
        var scheduler = BlockingScheduler(threads: 1)
        for _ in 0..<3 { _ = scheduler.append(job(ideas), at: 1) }
        let isCalled = scheduler.append(job(search), at: 1)
        #expect(isCalled)
        var order: [String] = []
        while let job = scheduler.take(at: 2) {
            order.append(job.operation.name)
            _ = scheduler.finish(job, at: 3)
        }
        #expect(order == ["ideas", "search", "ideas", "ideas"])
    }

    @Test func everyJobRunsOnceWhateverTheOrderOfEnds() throws {
        var generator = SystemRandomNumberGenerator()
        var scheduler = BlockingScheduler(threads: 5)
        let operations = [ideas, search, BlockingOperation("c", threads: 1), .unnamed]
        var (calls, taken, running) = (0, 0, [BlockingPool.Job]())
        for step in 0..<4000 {
            if step < 2000, scheduler.append(job(operations.randomElement(using: &generator)!), at: 1) { calls += 1 }
            if calls > 0, running.count < 5, let job = scheduler.take(at: 2) {
                calls -= 1
                taken += 1
                running.append(job)
                #expect(
                    running.count { $0.operation === ideas } <= 4 && running.count { $0.operation.name == "c" } <= 1)
            }
            if !running.isEmpty, Bool.random(using: &generator) || step >= 2000 {
                if scheduler.finish(running.remove(at: running.indices.randomElement(using: &generator)!), at: 3) {
                    calls += 1
                }
            }
        }
        #expect(taken == 2000 && scheduler.waiting == 0 && running.isEmpty && calls == 0)
    }

    @Test func aBusyPoolIsNotOverdueWithoutDeadlines() {
        var scheduler = BlockingScheduler(threads: 8)
        for _ in 0..<9 { _ = scheduler.append(job(.unnamed), at: 1) }
        while scheduler.take(at: 2) != nil {}
        #expect(scheduler.waiting == 1 && scheduler.overdue == nil)
    }

    @Test func aPoolIsOverdueFromTheLastDeadlineOfItsThreadsWhileWorkWaits() {
        var scheduler = BlockingScheduler(threads: 2)
        _ = scheduler.append(job(.unnamed, deadline: 100), at: 1)
        _ = scheduler.append(job(.unnamed, deadline: 80), at: 1)
        while scheduler.take(at: 2) != nil {}
        #expect(scheduler.overdue == nil)
        _ = scheduler.append(job(search, deadline: 90), at: 3)
        #expect(scheduler.overdue == 100)
    }

    @Test func aStuckOperationIsOverdueThoughOthersHaveThreads() {
        var scheduler = BlockingScheduler(threads: 4)
        for number in 0..<4 { _ = scheduler.append(job(ideas, deadline: 100 + UInt64(number)), at: 1) }
        while scheduler.take(at: 2) != nil {}
        #expect(scheduler.waiting == 1 && scheduler.overdue == 102)
    }

    @Test func aStallIsReportedOnceAndItsEndOnce() throws {
        var scheduler = BlockingScheduler(threads: 4)
        for _ in 0..<5 { _ = scheduler.append(job(ideas), at: second) }
        var running: [BlockingPool.Job] = []
        while let job = scheduler.take(at: second) { running.append(job) }
        var events = scheduler.stallEvents(at: 30 * second, timeout: 30 * second)
        #expect(events == [])
        let stall = BlockingScheduler.Stall(
            operation: "ideas", waiting: 2, idleTime: 30 * second, holders: ["ideas": 3])
        events = scheduler.stallEvents(at: 31 * second, timeout: 30 * second)
        #expect(events == [.stalled(stall)])
        #expect(stall.holdersText == "ideas:3")
        events = scheduler.stallEvents(at: 40 * second, timeout: 30 * second)
        #expect(events == [])
        _ = scheduler.finish(running[0], at: 41 * second)
        events = scheduler.stallEvents(at: 42 * second, timeout: 30 * second)
        #expect(events == [.resumed(operation: "ideas")])
        events = scheduler.stallEvents(at: 43 * second, timeout: 30 * second)
        #expect(events == [])
    }
}
