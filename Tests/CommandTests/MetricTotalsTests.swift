import Contract
import Foundation
import Supervisor
import Testing

@testable import BrigadeCommand

@Suite struct MetricTotalsTests {
    private static let key = RouteKey(method: "GET", route: "/a")

    private func worker(_ serial: Int, slot: Int = 1) -> Worker.ID {
        Worker.ID(slot: slot, generation: 1, serial: serial)
    }

    private func counters(_ count: UInt64, route: String = "/a") -> WorkerCounters {
        var counters = WorkerCounters()
        var answers = RouteCounts()
        answers.answers[1] = count
        answers.latency.nanoseconds = count * 1000
        answers.latency.histogram.counts[7] = count
        counters.routes[RouteKey(method: "GET", route: route)] = answers
        counters.sentBytes = count
        counters.counters[SeriesKey(name: "orders", labels: [])] = count
        counters.timers[SeriesKey(name: "checkout", labels: [])] = answers.latency
        return counters
    }

    @Test func aWorkersExitChangesNoTotal() {
        var totals = MetricTotals()
        totals.read(counters(5), of: worker(1))
        totals.read(counters(3), of: worker(2, slot: 2))
        let before = totals.counters
        #expect(before.routes[Self.key]?.answers[1] == 8 && before.sentBytes == 8)
        totals.exited(worker(1), counters(5), processorTime: .seconds(2))
        #expect(totals.counters == before)
        totals.read(counters(4), of: worker(3))
        #expect(totals.counters.routes[Self.key]?.latency.histogram.total == 12)
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

    @Test func noTotalOverflows() {
        var totals = MetricTotals()
        var much = WorkerCounters()
        much.sentBytes = .max
        totals.exited(worker(1), much, processorTime: .zero)
        totals.read(counters(5), of: worker(2))
        #expect(totals.counters.sentBytes == .max)
    }

    @Test func seriesBeyondTheLimitAreCountedTogetherAndNoSeriesLosesItsPlace() {
        var totals = MetricTotals()
        totals.read(counters(1), of: worker(1))
        var many = WorkerCounters()
        for number in 0..<WorkerCounters.mostSeries + 500 {
            var answers = RouteCounts()
            answers.answers[1] = 1
            many.routes[RouteKey(method: "GET", route: "/\(number)")] = answers
        }
        totals.read(many, of: worker(2))
        let before = totals.counters
        #expect(before.routes.count == WorkerCounters.mostSeries + 1)
        #expect(before.routes.values.reduce(0) { $0 + $1.answers[1] } == UInt64(WorkerCounters.mostSeries) + 501)
        totals.exited(worker(1), counters(1), processorTime: .zero)
        totals.exited(worker(2), WorkerCounters(), processorTime: .zero)
        #expect(totals.counters == before)
        // Another build's routes are all too many now.
        totals.read(counters(1, route: "/new"), of: worker(3))
        #expect(totals.counters.routes[.overflow]!.answers[1] == before.routes[.overflow]!.answers[1] + 1)
    }

    /// Whatever workers write and whenever they exit, no number falls.
    @Test func noTotalFallsInAnyOrderOfEvents() {
        var generator = SystemRandomNumberGenerator()
        var totals = MetricTotals()
        var alive = [1]
        var serial = 1
        var last: [RouteKey: RouteCounts] = [:]
        for _ in 0..<2000 {
            let id = alive.randomElement(using: &generator)!
            let reading = counters(
                .random(in: 0...100, using: &generator), route: "/\(Int.random(in: 0..<5, using: &generator))")
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
            let now = totals.counters.routes
            for (key, counts) in last {
                #expect(now[key]!.answers[1] >= counts.answers[1])
                #expect(now[key]!.latency.nanoseconds >= counts.latency.nanoseconds)
                #expect(now[key]!.latency.histogram.counts[7] >= counts.latency.histogram.counts[7])
            }
            last = now
        }
    }

    @Test func aSnapshotIsReadAsItWasWritten() throws {
        var state = MetricsState()
        state.totals.read(counters(5), of: worker(1))
        state.totals.exited(worker(2), counters(1 << 50), processorTime: .seconds(2))
        state.events.workerStarted()
        let read = try JSONDecoder().decode(MetricsState.self, from: JSONEncoder().encode(state))
        #expect(read == state)
        #expect(read.totals.isWellFormed)
    }
}
