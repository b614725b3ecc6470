import Testing

@testable import Serving

@Suite struct RecyclingTests {
    @Test func workersOfOneAgeDoNotLeaveTogether() {
        var ages: Set<Int> = []
        for _ in 0..<200 {
            var hasAsked = false
            let recycling = Recycling(after: 1000, jitter: 10) { hasAsked = true }
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
        let recycling = Recycling(after: limit, jitter: jitter) { age = age ?? 0 }
        for number in 1...3 where age == nil {
            recycling.answered(UInt64(number))
            if age != nil { age = number }
        }
        #expect(age == nil ? limit > 3 : ages.contains(age!))
    }
}
