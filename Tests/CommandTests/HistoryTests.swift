import Contract
import Foundation
import Testing

@testable import BrigadeCommand

@Suite struct HistoryTests {
    private func measurement(_ responses: [UInt64], latencies: [Duration] = []) -> History.Measurement {
        var measurement = History.Measurement()
        measurement.responses = responses
        for latency in latencies { measurement.latency.add(latency) }
        return measurement
    }

    @Test func aSampleIsWhatHappenedBetweenTwoMeasurements() throws {
        var history = History()
        let slow = Array(repeating: Duration.seconds(1), count: 100)
        history.record(measurement([0, 100, 3, 2, 1], latencies: slow), at: .seconds(10))
        #expect(history.samples(at: .seconds(10)).isEmpty)
        let quick = Array(repeating: Duration.milliseconds(2), count: 50)
        var second = measurement([0, 150, 3, 4, 1], latencies: slow + quick)
        second.inFlight = 7
        history.record(second, at: .seconds(15))
        let sample = try #require(history.samples(at: .seconds(15)).first)
        #expect(sample.start == .seconds(10) && sample.end == .seconds(15))
        #expect(sample.responses == [0, 50, 0, 2, 0] && sample.inFlight == 7)
        // Those of before do not count.
        #expect(sample.p99.map { $0 < .milliseconds(4) } == true && sample.p50 == sample.p99)
    }

    @Test func withoutAResponseThereIsNoLatency() {
        var history = History()
        for second in [0, 5] { history.record(measurement([0, 9, 0, 0, 0]), at: .seconds(second)) }
        #expect(history.samples(at: .seconds(5)).map(\.p50) == [nil])
    }

    @Test func fifteenMinutesAreKept() {
        var history = History()
        for second in stride(from: 0, through: 3600, by: 5) {
            history.record(measurement([0, UInt64(second), 0, 0, 0]), at: .seconds(second))
        }
        let ends = history.samples(at: .seconds(3600)).map(\.end)
        #expect(ends == stride(from: 2705, through: 3600, by: 5).map { .seconds($0) })
    }

    /// It wakes with one long sample; what was before is too old.
    @Test func aMachineThatHasSleptShowsNothingOfTheTimeBefore() {
        var history = History()
        for second in [0, 5, 10] { history.record(measurement([0, 10, 0, 0, 0]), at: .seconds(second)) }
        history.record(measurement([0, 20, 0, 0, 0]), at: .seconds(8 * 3600))
        let samples = history.samples(at: .seconds(8 * 3600))
        #expect(samples.map(\.start) == [.seconds(10)] && samples.map(\.end) == [.seconds(8 * 3600)])
    }

    /// A worker writes what it likes.
    @Test func aCounterThatFallsIsNoTraffic() {
        var history = History()
        history.record(measurement([0, .max, 5, 0, 0]), at: .seconds(0))
        history.record(measurement([0, 3, 4, .max, 0]), at: .seconds(5))
        #expect(history.samples(at: .seconds(5)).map(\.responses) == [[0, 0, 0, .max, 0]])
    }

    /// It is part of an upgrade's snapshot.
    @Test func itGoesOnFromItsText() throws {
        var history = History()
        for second in stride(from: 0, through: 2000, by: 5) {
            history.record(measurement([0, UInt64(second), 0, 0, 0]), at: .seconds(second))
        }
        let text = try JSONEncoder().encode(history)
        var resumed = try JSONDecoder().decode(History.self, from: text)
        #expect(resumed == history)
        history.record(measurement([0, 9000, 0, 0, 0]), at: .seconds(2005))
        resumed.record(measurement([0, 9000, 0, 0, 0]), at: .seconds(2005))
        #expect(resumed.samples(at: .seconds(2005)) == history.samples(at: .seconds(2005)))
    }

    /// Of another build, say. It would end the master when the next sample is taken.
    @Test func aTextThatDoesNotFitIsSeen() throws {
        var history = History()
        for second in stride(from: 0, through: 50, by: 5) {
            history.record(measurement([0, UInt64(second), 0, 0, 0]), at: .seconds(second))
        }
        #expect(history.isWellFormed && History().isWellFormed)
        let text = String(decoding: try JSONEncoder().encode(history), as: UTF8.self)
        for (old, new) in [
            ("\"oldest\":0", "\"oldest\":180"), ("\"oldest\":0", "\"oldest\":-1"),
            ("\"responses\":[0,5,0,0,0]", "\"responses\":[0,5]"),
            ("\"responses\":[0,50,0,0,0]", "\"responses\":[0,50,0,0,0,0]"), ("\"counts\":[0,0,", "\"counts\":[0,"),
        ] {
            let other = text.replacing(old, with: new)
            #expect(other != text)
            let changed = try JSONDecoder().decode(History.self, from: Data(other.utf8))
            #expect(!changed.isWellFormed, "\(old)")
        }
    }
}
