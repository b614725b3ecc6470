import Testing

@testable import Serving

@Suite struct MinimumRateTests {
    private static let second: UInt64 = 1_000_000_000

    private func rate(standstill: UInt64 = 30) -> MinimumRate {
        var rate = MinimumRate(standstill: standstill * Self.second)
        #expect(rate.deadline == nil)
        rate.start(at: 0)
        return rate
    }

    /// Bytes at seconds, and the second at which the client is given up.
    @Test(
        arguments: [
            ([], 30),
            ([(10, 1)], 30),
            ([(29, 7199)], 30),
            // A window that is good: only a standstill ends it.
            ([(29, 7200)], 59),
            // What comes last for a window counts for it, however late it is read.
            ([(29, 7199), (30, 1)], 60),
            ([(29, 7199), (31, 1)], 60),
            ([(20, 7200), (40, 7200)], 70),
            // Of two windows, one may be good for both.
            ([(1, 14_400), (29, 1), (58, 1)], 88),
            ([(1, 14_399), (29, 0), (58, 0)], 60),
            // But not for a third.
            ([(1, 1 << 24), (29, 1), (58, 1), (87, 1)], 90),
        ] as [([(Int, Int)], Int)])
    func theDeadlineFollowsTheRecentRate(moves: [(second: Int, bytes: Int)], deadline: Int) throws {
        var rate = rate()
        for move in moves { rate.moved(move.bytes, at: UInt64(move.second) * Self.second) }
        #expect(try #require(rate.deadline) / Self.second == deadline)
    }

    /// 16 MiB at once, and then what was once enough for 19 hours.
    @Test(arguments: [1, 5, 29])
    func aFastStartEarnsNoMoreThanAMinute(interval: UInt64) throws {
        var rate = rate()
        rate.moved(1 << 24, at: 0)
        var now: UInt64 = 0
        while try #require(rate.deadline) > now + interval * Self.second {
            now += interval * Self.second
            rate.moved(Int(interval) * 200, at: now)
            try #require(now < 3600 * Self.second)
        }
        #expect(now <= 90 * Self.second)
    }

    @Test func aClientAtTheMinimumRateHasNoDeadline() throws {
        var rate = rate()
        for second in stride(from: UInt64(7), to: 7200, by: 7) {
            try #require(try #require(rate.deadline) > second * Self.second)
            rate.moved(7 * 300, at: second * Self.second)
        }
    }

    /// A loop that looks late at a slow client sees bytes first.
    @Test func aByteAtTheDeadlineDoesNotSaveATooSlowClient() throws {
        var rate = rate()
        for second in stride(from: UInt64(5), through: 30, by: 5) { rate.moved(1, at: second * Self.second) }
        #expect(try #require(rate.deadline) <= 30 * Self.second)
    }

    @Test func aLongerStandstillMeansALongerWindow() throws {
        var patient = rate(standstill: 600)
        patient.moved(1, at: 10 * Self.second)
        #expect(try #require(patient.deadline) == 600 * Self.second)
        var strict = rate(standstill: 2)
        strict.moved(1, at: 1 * Self.second)
        #expect(try #require(strict.deadline) == 3 * Self.second)
    }

    @Test func aPauseDoesNotCount() {
        var rate = rate()
        rate.moved(240, at: 10 * Self.second)
        rate.pause(at: 20 * Self.second)
        #expect(rate.deadline == nil)
        rate.pause(at: 30 * Self.second)
        rate.resume(at: 120 * Self.second)
        #expect(rate.deadline == 130 * Self.second)
        rate.stop()
        #expect(rate.deadline == nil)
    }
}
