import Testing

@testable import Serving

@Suite struct LoopHoldsTests {
    private let second: UInt64 = 1_000_000_000

    @Test func aHandlerThatHoldsTheLoopIsToldOnce() {
        var holds = LoopHolds()
        var isNews = holds.isNews("GET /a", from: second, to: second + 50_000_000)
        #expect(!isNews, "as long as it may")
        isNews = holds.isNews("GET /a", from: second, to: second + 50_000_001)
        #expect(isNews)
        isNews = holds.isNews("GET /a", from: 9 * second, to: 10 * second)
        #expect(!isNews)
        isNews = holds.isNews("PUT /a", from: 11 * second, to: 12 * second)
        #expect(isNews)
    }

    @Test func nobodyFloodsTheLogByPathsThatDiffer() {
        var holds = LoopHolds()
        var lines = 0
        for number in 1...1000 {
            let end = UInt64(number) * second / 2
            if holds.isNews("GET /\(number)", from: end - 60_000_000, to: end) { lines += 1 }
        }
        #expect(lines == 100)
        var others = LoopHolds()
        let first = others.isNews("GET /a", from: 0, to: second)
        let soon = others.isNews("GET /b", from: second, to: 2 * second - 1)
        let later = others.isNews("GET /b", from: second, to: 2 * second)
        #expect(first && !soon && later)
    }
}
