import Testing

@testable import Serving

@Suite struct BufferBudgetTests {
    private static let second: UInt64 = 1_000_000_000

    /// 60 bytes for all, 10 for a finisher, and 10 for one that replaces it. A class, because an expectation takes a value as it is.
    private final class Budget {
        private var value: BufferBudget<String>

        init(limit: Int = 80, body: Int = 10) {
            value = BufferBudget(limit: limit, body: body)
        }

        var isFull: Bool { value.isFull }
        var hasWaiting: Bool { value.hasWaiting }

        func change(_ client: String, by bytes: Int) { value.change(client, by: bytes) }
        func mayRead(_ client: String, after bytes: Int, at now: UInt64) -> Bool {
            value.mayRead(client, after: bytes, at: now)
        }
        func forget(_ client: String) { value.forget(client) }
        func next(at now: UInt64) -> [String] { value.next(at: now) }
    }

    private let budget = Budget()

    @Test func aClientWaitsForMemoryUntilAnotherReleasesSome() {
        budget.change("a", by: 59)
        #expect(budget.mayRead("b", after: 0, at: 0))
        budget.change("b", by: 1)
        #expect(budget.isFull && !budget.hasWaiting)
        // The one that has sent most goes on.
        #expect(!budget.mayRead("b", after: 1, at: 0))
        #expect(!budget.mayRead("c", after: 5, at: 0))
        #expect(budget.next(at: 0) == ["c"])
        #expect(budget.mayRead("c", after: 5, at: 0))
        #expect(!budget.mayRead("d", after: 9, at: 0))
        #expect(budget.next(at: 0) == [])
        budget.change("c", by: 4)
        #expect(budget.mayRead("c", after: 9, at: 0))
        // It has come to its end.
        budget.change("c", by: -4)
        #expect(budget.next(at: 0) == ["d"])
        budget.change("a", by: -59)
        #expect(!budget.isFull)
        #expect(budget.next(at: 0) == ["b"])
        #expect(!budget.hasWaiting)
    }

    @Test func anIdleFinisherIsReplaced() {
        budget.change("a", by: 60)
        #expect(!budget.mayRead("slow", after: 9, at: 0))
        #expect(!budget.mayRead("fast", after: 3, at: 0))
        #expect(budget.next(at: 0) == ["slow"])
        #expect(budget.next(at: Self.second) == [])
        #expect(budget.next(at: Self.second + 1) == ["fast"])
        #expect(!budget.mayRead("slow", after: 9, at: Self.second + 2))
    }

    /// Those who stand still hold what they have sent, and there is room for no more of them.
    @Test func aFinisherIsNotReplacedWithoutRoom() {
        budget.change("a", by: 60)
        #expect(!budget.mayRead("b", after: 9, at: 0))
        #expect(!budget.mayRead("c", after: 8, at: 0))
        #expect(budget.next(at: 0) == ["b"])
        budget.change("b", by: 10)
        #expect(budget.next(at: 9 * Self.second) == [])
        #expect(budget.mayRead("b", after: 19, at: 9 * Self.second))
        budget.change("a", by: -1)
        #expect(budget.next(at: 9 * Self.second) == [])
        #expect(budget.next(at: 11 * Self.second) == ["c"])
    }

    /// What is small is read in any case, and may use up what is kept back: a finisher goes on all the same.
    @Test func aFinisherMayFinishHoweverMuchIsHeld() {
        budget.change("many", by: 100)
        #expect(!budget.mayRead("b", after: 9, at: 0))
        #expect(budget.next(at: 0) == ["b"])
        budget.change("many", by: 100)
        #expect(budget.mayRead("b", after: 9, at: 0))
    }

    /// Answers that nobody reads have used up all, and half as much: one body more would become one answer more.
    @Test func noClientMaySendWhenFarTooMuchIsHeld() {
        budget.change("answers", by: 120)
        #expect(!budget.mayRead("b", after: 9, at: 0))
        #expect(budget.next(at: 0) == [])
        budget.change("answers", by: -1)
        #expect(budget.next(at: 0) == ["b"])
    }

    @Test func aTricklingFinisherIsReplaced() {
        let large = Budget(limit: 8 << 20, body: 1 << 20)
        large.change("a", by: 6 << 20)
        #expect(!large.mayRead("slow", after: 900_000, at: 0))
        #expect(!large.mayRead("fast", after: 100_000, at: 0))
        #expect(large.next(at: 0) == ["slow"])
        for tenth in 1...10 as ClosedRange<UInt64> {
            #expect(large.mayRead("slow", after: 900_000 + Int(tenth) * 100, at: tenth * Self.second / 10))
        }
        #expect(large.next(at: Self.second + 1) == ["fast"])
        #expect(large.mayRead("fast", after: 170_000, at: 3 * Self.second / 2))
        #expect(large.next(at: 2 * Self.second + 2) == [])
    }

    @Test func aClientThatLeavesIsForgotten() {
        budget.change("a", by: 60)
        #expect(!budget.mayRead("b", after: 9, at: 0))
        #expect(!budget.mayRead("c", after: 8, at: 0))
        budget.forget("b")
        #expect(budget.next(at: 0) == ["c"])
        budget.forget("c")
        #expect(!budget.hasWaiting)
        #expect(!budget.mayRead("d", after: 1, at: 0))
        #expect(budget.next(at: 0) == ["d"])
    }

    /// Bodies that grow side by side must not all stand still: whatever their number, each comes to its end.
    @Test(arguments: [2, 7, 96])
    func manyClientsAllFinish(count: Int) throws {
        var budget = BufferBudget<Int>(limit: 200, body: 100)
        var sent = Array(repeating: 0, count: count)
        var ready = Array(0..<count)
        var finished = 0
        var most = 0
        while !ready.isEmpty {
            let client = ready.removeFirst()
            if budget.mayRead(client, after: sent[client], at: 0) {
                sent[client] += 10
                budget.change(client, by: 10)
                most = max(most, budget.heldBytes)
                if sent[client] == 100 {
                    budget.change(client, by: -100)
                    finished += 1
                } else {
                    ready.append(client)
                }
            }
            ready += budget.next(at: 0)
        }
        #expect(finished == count)
        #expect(most <= 200)
        #expect(budget.heldBytes == 0)
    }

    @Test func theBudgetHoldsTwoBodiesAtLeast() {
        let budget = BufferBudget<Int>(limit: 1, body: 100)
        #expect(budget.limit == 200 && !budget.isFull)
    }
}
