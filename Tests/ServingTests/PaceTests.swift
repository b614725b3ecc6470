import Testing

@testable import Serving

@Suite struct PaceTests {
    private static let second: UInt64 = 1_000_000_000

    /// Bytes at seconds, and the second at which the client is given up.
    @Test(
        arguments: [
            ([], 30.0),
            ([(10, 1)], 30.0),
            ([(29, 7200)], 30.0),
            ([(29, 7201)], 30.004),
            ([(29, 24000)], 59.0),
            ([(29, 24000), (58, 1)], 88.0),
            ([(29, 240_000), (58, 1), (87, 1)], 117.0),
        ] as [([(Int, Int)], Double)])
    func aClientHasThatLong(moves: [(second: Int, bytes: Int)], deadline: Double) throws {
        var pace = Pace()
        #expect(pace.deadline(standstill: 30 * Self.second) == nil)
        pace.start(at: 0)
        for move in moves { pace.moved(move.bytes, at: UInt64(move.second) * Self.second) }
        let found = try #require(pace.deadline(standstill: 30 * Self.second))
        #expect(abs(Double(found) / 1e9 - deadline) < 0.001)
    }

    @Test func aPauseDoesNotCount() {
        var pace = Pace()
        pace.start(at: 0)
        pace.moved(240, at: 10 * Self.second)
        pace.pause(at: 20 * Self.second)
        #expect(pace.deadline(standstill: 30 * Self.second) == nil)
        pace.pause(at: 30 * Self.second)
        pace.resume(at: 120 * Self.second)
        #expect(pace.deadline(standstill: 30 * Self.second) == 130 * Self.second)
        pace.stop()
        #expect(pace.deadline(standstill: 30 * Self.second) == nil)
    }
}
