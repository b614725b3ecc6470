import Testing

@testable import BrigadeCommand

@Suite struct MessageRateLimitTests {
    private let most = MessageRateLimit.most

    @Test func whoSaysAFewThingsIsAlwaysHeard() {
        var limit = MessageRateLimit()
        for second in 0..<100 {
            for _ in 0..<(most - 1) {
                let now = Duration.seconds(second)
                #expect(!limit.isPaused(at: now))
                let isLogged = limit.received(at: now)
                #expect(!isLogged)
            }
        }
    }

    @Test func whoNeverStopsIsHeardSoOftenASecondAndTheLogSaysSoOnceAMinute() {
        var limit = MessageRateLimit()
        var heard = 0
        var lines: [Duration] = []
        for millisecond in 0..<120_000 {
            let now = Duration.seconds(1000) + .milliseconds(millisecond)
            guard !limit.isPaused(at: now) else { continue }
            heard += 1
            if limit.received(at: now) { lines.append(now) }
        }
        #expect((115 * most...121 * most).contains(heard))
        #expect(lines.count == 2, "\(lines)")
        // A worker that has become reasonable is heard like any other.
        #expect(!limit.isPaused(at: .seconds(2000)))
        let isLogged = limit.received(at: .seconds(2000))
        #expect(!isLogged && limit.pausedUntil == nil)
    }
}
