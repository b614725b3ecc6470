import Messages
import Testing

@testable import Serving

@Suite struct BlockingLanesTests {
    private let ideas = BlockingOperation("ideas")
    private let search = BlockingOperation("search")
    private let second: UInt64 = 1_000_000_000

    private func job(_ operation: BlockingOperation, deadline: UInt64? = nil) -> BlockingPool.Job {
        BlockingPool.Job(operation, deadline: deadline) {}
    }

    @Test(
        arguments: [(1, nil, 1), (2, nil, 1), (4, nil, 3), (8, nil, 6), (8, 2, 2), (8, 0, 1), (8, .max, 8)]
            as [(Int, Int?, Int)])
    func anOperationHasThreeQuartersOfTheThreadsOrWhatItSays(threads: Int, wish: Int?, most: Int) {
        var lanes = BlockingLanes(threads: threads)
        let operation = BlockingOperation("a", threads: wish)
        let calls = (0..<20).map { _ in lanes.append(job(operation), at: 1) }
        #expect(calls.count { $0 } == most)
        #expect(lanes.waiting == 20)
    }

    @Test func whatComesLaterOfAnotherOperationDoesNotWaitForAllThatIsThere() throws {
        var lanes = BlockingLanes(threads: 1)
        for _ in 0..<3 { _ = lanes.append(job(ideas), at: 1) }
        let isCalled = lanes.append(job(search), at: 1)
        #expect(isCalled)
        var order: [String] = []
        while let job = lanes.take(at: 2) {
            order.append(job.operation.name)
            _ = lanes.finish(job, at: 3)
        }
        #expect(order == ["ideas", "search", "ideas", "ideas"])
    }

    @Test func everyJobIsTakenOnceInWhateverOrderTheyEnd() throws {
        var generator = SystemRandomNumberGenerator()
        var lanes = BlockingLanes(threads: 5)
        let operations = [ideas, search, BlockingOperation("c", threads: 1), .unnamed]
        var (calls, taken, running) = (0, 0, [BlockingPool.Job]())
        for step in 0..<4000 {
            if step < 2000, lanes.append(job(operations.randomElement(using: &generator)!), at: 1) { calls += 1 }
            if calls > 0, running.count < 5, let job = lanes.take(at: 2) {
                calls -= 1
                taken += 1
                running.append(job)
                #expect(
                    running.count { $0.operation === ideas } <= 4 && running.count { $0.operation.name == "c" } <= 1)
            }
            if !running.isEmpty, Bool.random(using: &generator) || step >= 2000 {
                if lanes.finish(running.remove(at: running.indices.randomElement(using: &generator)!), at: 3) {
                    calls += 1
                }
            }
        }
        #expect(taken == 2000 && lanes.waiting == 0 && running.isEmpty && calls == 0)
    }

    @Test func aBusyPoolIsNotOverdueWithoutDeadlines() {
        var lanes = BlockingLanes(threads: 8)
        for _ in 0..<9 { _ = lanes.append(job(.unnamed), at: 1) }
        while lanes.take(at: 2) != nil {}
        #expect(lanes.waiting == 1 && lanes.overdue == nil)
    }

    @Test func aPoolIsOverdueFromTheLastDeadlineOfItsThreadsWhileWorkWaits() {
        var lanes = BlockingLanes(threads: 2)
        _ = lanes.append(job(.unnamed, deadline: 100), at: 1)
        _ = lanes.append(job(.unnamed, deadline: 80), at: 1)
        while lanes.take(at: 2) != nil {}
        #expect(lanes.overdue == nil)
        _ = lanes.append(job(search, deadline: 90), at: 3)
        #expect(lanes.overdue == 100)
    }

    @Test func anOperationThatIsDeadIsOverdueThoughOthersHaveThreads() {
        var lanes = BlockingLanes(threads: 4)
        for number in 0..<4 { _ = lanes.append(job(ideas, deadline: 100 + UInt64(number)), at: 1) }
        while lanes.take(at: 2) != nil {}
        #expect(lanes.waiting == 1 && lanes.overdue == 102)
    }

    @Test func anOperationThatStallsIsToldOnceAndOnceThatItGoesOn() throws {
        var lanes = BlockingLanes(threads: 4)
        for _ in 0..<5 { _ = lanes.append(job(ideas), at: second) }
        var running: [BlockingPool.Job] = []
        while let job = lanes.take(at: second) { running.append(job) }
        var news = lanes.look(at: 30 * second, patience: 30 * second)
        #expect(news == [])
        let stall = BlockingLanes.Stall(operation: "ideas", waiting: 2, silence: 30 * second, holders: ["ideas": 3])
        news = lanes.look(at: 31 * second, patience: 30 * second)
        #expect(news == [.stalls(stall)])
        #expect(stall.words == "ideas:3")
        news = lanes.look(at: 40 * second, patience: 30 * second)
        #expect(news == [])
        _ = lanes.finish(running[0], at: 41 * second)
        news = lanes.look(at: 42 * second, patience: 30 * second)
        #expect(news == [.goesOn(operation: "ideas")])
        news = lanes.look(at: 43 * second, patience: 30 * second)
        #expect(news == [])
    }
}
