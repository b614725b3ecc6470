import Testing

@testable import Serving

@Suite struct MemoryTrimmerTests {
    private typealias Policy = MemoryTrimmer.Policy

    @Test func memoryIsMeasuredOnlyWhenTheLoopIsIdleAndSeldom() {
        var policy = Policy()
        var now = 10 * Policy.interval
        var measurements: [UInt64] = []
        func pass(after time: UInt64) {
            now += time
            if policy.passBegins(at: now) { measurements.append(now) }
        }
        for _ in 0..<1000 { pass(after: Policy.idleTime - 1) }
        #expect(measurements.count <= 1)
        measurements = []
        let began = now
        while now < began + 10 * Policy.interval { pass(after: Policy.idleTime) }
        #expect((9...11).contains(measurements.count))
    }

    @Test func memoryIsGivenBackOnceAfterAPeak() {
        var policy = Policy()
        let usual = 10 << 20
        let peak = usual + 100 << 20
        let before = [usual, usual + 1, usual + Policy.growth - 1].map { policy.shouldTrim(kept: $0) }
        #expect(before == [false, false, false])
        let atPeak = policy.shouldTrim(kept: peak)
        #expect(atPeak)
        // What is left cannot be given back: nothing is tried again.
        policy.trimmed(kept: peak - 1)
        let after = [peak - 1, peak, usual + 1].map { policy.shouldTrim(kept: $0) }
        #expect(after == [false, false, false])
        // And when that is given up, the next peak counts from there.
        let again = policy.shouldTrim(kept: usual + 1 + Policy.growth)
        #expect(again)
    }
}
