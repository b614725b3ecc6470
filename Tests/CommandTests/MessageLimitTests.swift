import Testing

@testable import BrigadeCommand

@Suite struct MessageLimitTests {
    private let most = MessageLimit.most

    @Test func whoSaysAFewThingsIsAlwaysHeard() {
        var limit = MessageLimit()
        for second in 0..<100 {
            for _ in 0..<(most - 1) {
                let now = Duration.seconds(second)
                #expect(!limit.rests(at: now))
                let isSaid = limit.heard(at: now)
                #expect(!isSaid)
            }
        }
    }

    @Test func whoNeverStopsIsHeardSoOftenASecondAndTheLogSaysSoOnceAMinute() {
        var limit = MessageLimit()
        var heard = 0
        var lines: [Duration] = []
        for millisecond in 0..<120_000 {
            let now = Duration.seconds(1000) + .milliseconds(millisecond)
            guard !limit.rests(at: now) else { continue }
            heard += 1
            if limit.heard(at: now) { lines.append(now) }
        }
        #expect((115 * most...121 * most).contains(heard))
        #expect(lines.count == 2, "\(lines)")
        // A worker that has become reasonable is heard like any other.
        #expect(!limit.rests(at: .seconds(2000)))
        let isSaid = limit.heard(at: .seconds(2000))
        #expect(!isSaid && limit.restsUntil == nil)
    }
}
