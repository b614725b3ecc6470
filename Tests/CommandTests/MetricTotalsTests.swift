import Contract
import Foundation
import Supervisor
import Testing

@testable import BrigadeCommand

@Suite struct MetricTotalsTests {
    /// Places of series.
    private static let (orders, weight, depth, firstRoute) = (0, 1, 2, 3)

    private func worker(_ serial: Int, slot: Int = 1) -> Worker.ID {
        Worker.ID(slot: slot, generation: 1, serial: serial)
    }

    private func counters(_ count: UInt64, route: Int = 0) -> WorkerCounters {
        var counters = WorkerCounters()
        counters.add(requests(count), of: .requests, at: Self.firstRoute + route)
        counters.sentBytes = count
        counters.add([count], of: .counter, at: Self.orders)
        counters.add([Double(count).bitPattern], of: .floatingPointCounter, at: Self.weight)
        counters.add([count], of: .gauge, at: Self.depth)
        return counters
    }

    /// So many answers with a 2xx.
    private func requests(_ count: UInt64) -> [UInt64] {
        var words = Array(repeating: UInt64(0), count: RequestTotals.words)
        words[1] = count
        words[RequestTotals.statusClasses + 7] = count
        words[RequestTotals.words - 1] = count * 1000
        return words
    }

    private func answers(_ counters: WorkerCounters) -> RequestTotals? {
        counters.series[Self.firstRoute].map { RequestTotals(words: $0.words) }
    }

    @Test func aWorkersExitChangesNoTotal() {
        var totals = MetricTotals()
        totals.read(counters(5), of: worker(1))
        totals.read(counters(3), of: worker(2, slot: 2))
        let before = totals.counters
        #expect(answers(before)?.classes[1] == 8 && before.sentBytes == 8)
        totals.exited(worker(1), counters(5), processorTime: .seconds(2))
        #expect(totals.counters == before)
        totals.read(counters(4), of: worker(3))
        #expect(answers(totals.counters)?.latency.total == 12)
        #expect(totals.counters.series[Self.weight]?.words == [Double(12).bitPattern])
        #expect(totals.counters.series[Self.depth] == nil)
        #expect(totals.processorTimes(running: [1: .seconds(1), 2: .seconds(1)]) == [1: .seconds(3), 2: .seconds(1)])
    }

    /// What it did after the last scrape counts too.
    @Test func aWorkerThatNobodyHasReadCountsWhenItExits() {
        var totals = MetricTotals()
        totals.exited(worker(1), counters(5), processorTime: .zero)
        #expect(totals.counters.sentBytes == 5)
    }

    /// A worker that writes nonsense, or whose memory was overwritten.
    @Test func aReadingThatFallsChangesNothing() {
        var totals = MetricTotals()
        totals.read(counters(5), of: worker(1))
        let before = totals.counters
        totals.read(counters(2), of: worker(1))
        #expect(totals.counters == before)
        totals.read(WorkerCounters(), of: worker(1))
        #expect(totals.counters == before)
        totals.exited(worker(1), WorkerCounters(), processorTime: .zero)
        #expect(totals.counters == before)
    }

    /// A worker can write any bits.
    @Test(arguments: [Double.nan, -.nan, .infinity, -.infinity, -1]) func whatIsNoTotalIsNone(value: Double) {
        var totals = MetricTotals()
        totals.read(counters(3), of: worker(1))
        var nonsense = WorkerCounters()
        nonsense.add([value.bitPattern], of: .floatingPointCounter, at: Self.weight)
        totals.read(nonsense, of: worker(1))
        totals.exited(worker(2), nonsense, processorTime: .zero)
        #expect(totals.counters.series[Self.weight]?.words == [Double(3).bitPattern])
    }

    @Test func noTotalOverflows() {
        var totals = MetricTotals()
        var much = WorkerCounters()
        much.sentBytes = .max
        totals.exited(worker(1), much, processorTime: .zero)
        totals.read(counters(5), of: worker(2))
        #expect(totals.counters.sentBytes == .max)
    }

    /// Whatever workers write and whenever they exit, no number falls.
    @Test func noTotalFallsInAnyOrderOfEvents() {
        var generator = SystemRandomNumberGenerator()
        var totals = MetricTotals()
        var alive = [1]
        var serial = 1
        var last: [Int: WorkerCounters.Series] = [:]
        for _ in 0..<2000 {
            let id = alive.randomElement(using: &generator)!
            let reading = counters(
                .random(in: 0...100, using: &generator), route: Int.random(in: 0..<5, using: &generator))
            if Int.random(in: 0..<4, using: &generator) == 0 {
                totals.exited(worker(id), reading, processorTime: .zero)
                serial += 1
                alive = alive.filter { $0 != id } + [serial]
                if alive.count < 4 {
                    serial += 1
                    alive.append(serial)
                }
            } else {
                totals.read(reading, of: worker(id))
            }
            let now = totals.counters.series
            for (place, series) in last {
                // The bits of positive doubles have the order of their values.
                #expect(zip(series.words, now[place]!.words).allSatisfy { $0 <= $1 }, "\(place)")
            }
            last = now
        }
    }

    @Test func aSnapshotIsReadAsItWasWritten() throws {
        var state = MetricsState()
        for identity in [
            MetricSeries.Identity(.counter, "orders"), MetricSeries.Identity(.floatingPointCounter, "weight"),
            MetricSeries.Identity(.gauge, "depth"), MetricSeries.Identity(method: "GET", route: "/a"),
        ] { _ = state.totals.registry.place(of: identity) }
        state.totals.read(counters(5), of: worker(1))
        state.totals.exited(worker(2), counters(1 << 50), processorTime: .seconds(2))
        state.events.workerStarted()
        let read = try JSONDecoder().decode(MetricsState.self, from: JSONEncoder().encode(state))
        #expect(read == state)
        #expect(read.totals.isWellFormed)
        // A place that the registry does not know.
        state.totals.read(counters(1, route: 1), of: worker(3))
        #expect(!state.totals.isWellFormed)
    }
}
