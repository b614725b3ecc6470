import Testing

@testable import Serving

@Suite struct SlowHandlerReportsTests {
    private let second: UInt64 = 1_000_000_000

    @Test func aHandlerThatHoldsTheLoopIsToldOnce() {
        var reports = SlowHandlerReports()
        var isReported = reports.shouldReport("GET /a", from: second, to: second + 50_000_000)
        #expect(!isReported, "as long as it may")
        isReported = reports.shouldReport("GET /a", from: second, to: second + 50_000_001)
        #expect(isReported)
        isReported = reports.shouldReport("GET /a", from: 9 * second, to: 10 * second)
        #expect(!isReported)
        isReported = reports.shouldReport("PUT /a", from: 11 * second, to: 12 * second)
        #expect(isReported)
    }

    @Test func nobodyFloodsTheLogByPathsThatDiffer() {
        var reports = SlowHandlerReports()
        var lines = 0
        for number in 1...1000 {
            let end = UInt64(number) * second / 2
            if reports.shouldReport("GET /\(number)", from: end - 60_000_000, to: end) { lines += 1 }
        }
        #expect(lines == 100)
        var others = SlowHandlerReports()
        let first = others.shouldReport("GET /a", from: 0, to: second)
        let soon = others.shouldReport("GET /b", from: second, to: 2 * second - 1)
        let later = others.shouldReport("GET /b", from: second, to: 2 * second)
        #expect(first && !soon && later)
    }
}
