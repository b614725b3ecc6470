import Contract
import Testing

@Suite struct ScoreboardLatencyTests {
    @Test func eachPowerOfTwoOfMicrosecondsHasTwoBuckets() {
        #expect(LatencyHistogram.upperBound(0) == .microseconds(1))
        #expect(LatencyHistogram.upperBound(1) == .nanoseconds(1500))
        #expect(LatencyHistogram.upperBound(2) == .microseconds(2))
        #expect(LatencyHistogram.upperBound(3) == .microseconds(3))
        #expect(LatencyHistogram.upperBound(4) == .microseconds(4))
        #expect(LatencyHistogram.upperBound(62) == .microseconds(1 << 31))
    }

    @Test(arguments: 0...62)
    func aBoundBelongsToTheBucketAboveIt(bucket: Int) {
        var below = LatencyHistogram()
        below.add(LatencyHistogram.upperBound(bucket) - .nanoseconds(1))
        #expect(below.counts.firstIndex(of: 1) == bucket)
        var on = LatencyHistogram()
        on.add(LatencyHistogram.upperBound(bucket))
        #expect(on.counts.firstIndex(of: 1) == bucket + 1)
    }

    @Test func aQuantileIsTheTimeThatThatShareStayedBelow() {
        var histogram = LatencyHistogram()
        #expect(histogram.quantile(0.5) == nil)
        for _ in 0..<98 { histogram.add(.microseconds(5)) }
        for _ in 0..<2 { histogram.add(.seconds(3)) }
        #expect(histogram.quantile(0) == .microseconds(6))
        #expect(histogram.quantile(0.5) == .microseconds(6))
        #expect(histogram.quantile(0.98) == .microseconds(6))
        #expect(histogram.quantile(0.99) == .nanoseconds(3_145_728_000))
        #expect(histogram.quantile(1) == .nanoseconds(3_145_728_000))
    }

    @Test func sumsAndOddTimesAreCounted() {
        var one = LatencyHistogram()
        one.add(.seconds(-1))
        one.add(.seconds(1 << 40))
        var two = LatencyHistogram()
        two.add(.zero)
        two += one
        #expect(two.counts.first == 2 && two.counts.last == 1 && two.total == 3)
        #expect(two.quantile(1) == .microseconds(1 << 31))
    }

    /// A worker can write anything into its slot, and the master reads it.
    @Test func invalidCountersDoNotCrashAReader() {
        var histogram = LatencyHistogram()
        for index in histogram.counts.indices { histogram.counts[index] = .max }
        histogram += histogram
        _ = histogram.total
        _ = histogram.quantile(0.99)
        #expect(histogram.counts.count == LatencyHistogram().counts.count)
    }
}
