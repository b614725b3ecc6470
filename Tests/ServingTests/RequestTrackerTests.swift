import Testing

@testable import Serving

@Suite struct SlowHandlerReportsTests {
    private let second: UInt64 = 1_000_000_000

    @Test func aHandlerThatBlocksTheLoopIsReportedOnce() {
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

    @Test func differentPathsDoNotFloodTheLog() {
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

@Suite struct RecyclingTests {
    @Test func workersOfTheSameAgeAreNotReplacedTogether() {
        var ages: Set<Int> = []
        for _ in 0..<200 {
            var hasAsked = false
            let recycling = Recycling(after: 1000, jitter: 10) { _ in hasAsked = true }
            var age = 0
            while !hasAsked {
                age += 1
                recycling.answered(UInt64(age))
            }
            #expect((900...1100).contains(age))
            ages.insert(age)
        }
        #expect(ages.count > 50)
    }

    @Test(arguments: [(1, 100, 1...2), (1, 0, 1...1), (3, 10, 3...3), (Int.max / 200, 100, 1...Int.max)])
    func theLimitIsAtLeastOneRequest(limit: Int, jitter: Int, ages: ClosedRange<Int>) {
        var age: Int?
        let recycling = Recycling(after: limit, jitter: jitter) { _ in age = age ?? 0 }
        for number in 1...3 where age == nil {
            recycling.answered(UInt64(number))
            if age != nil { age = number }
        }
        #expect(age == nil ? limit > 3 : ages.contains(age!))
    }
}
