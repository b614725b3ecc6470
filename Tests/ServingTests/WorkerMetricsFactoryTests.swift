import Contract
import CoreMetrics
import Linux
import Testing

@testable import Serving

@Suite struct WorkerMetricsFactoryTests {
    private let block: MetricsBlock
    private let factory: WorkerMetricsFactory

    init() throws {
        block = try Scoreboard.make(entries: 0).slot(0).metrics
        factory = WorkerMetricsFactory(registry: MetricsRegistry(block, log: LoopThread.quiet))
    }

    private func words(_ name: String) -> [[UInt64]] {
        block.series.filter { $0.identity.name == name }.map(\.words)
    }

    @Test func whatAnApplicationCountsIsInTheBlock() {
        let counter = Counter(label: "orders", dimensions: [("country", "DE")], factory: factory)
        counter.increment(by: 2)
        // A second one with the same name and dimensions is the same; other dimensions are another one.
        Counter(label: "orders", dimensions: [("country", "DE")], factory: factory).increment()
        Counter(label: "orders", dimensions: [("country", "FR")], factory: factory).increment(by: 5)
        counter.increment(by: -7)
        counter.reset()
        counter.destroy()
        #expect(words("orders") == [[3], [5]])
        FloatingPointCounter(label: "joules", factory: factory).increment(by: 0.5)
        FloatingPointCounter(label: "joules", factory: factory).increment(by: Double.infinity)
        #expect(words("joules") == [[(0.5).bitPattern]])
        let meter = Meter(label: "depth", factory: factory)
        meter.set(3)
        meter.increment(by: 1.5)
        meter.decrement(by: 0.5)
        #expect(words("depth") == [[(4.0).bitPattern]])
        Gauge(label: "level", factory: factory).record(7)
        #expect(words("level") == [[(7.0).bitPattern]])
        let recorder = Recorder(label: "bytes", factory: factory)
        recorder.record(2)
        recorder.record(0.5)
        recorder.record(Double.nan)
        #expect(words("bytes") == [[2, (2.5).bitPattern]])
    }

    @Test func aTimerIsAHistogram() throws {
        let timer = Timer(label: "mail", factory: factory)
        timer.recordMilliseconds(3)
        timer.recordNanoseconds(-1)
        let found = try #require(words("mail").first)
        #expect(found[LatencyHistogram.bucket(3_000_000)] == 1 && found[0] == 1)
        #expect(found[LatencyHistogram.buckets] == 3_000_000)
    }

    @Test func metricsWithoutRoomDoNothing() {
        for index in 0..<20_000 { Timer(label: "t\(index)", factory: factory).recordSeconds(1) }
        Counter(label: "late", factory: factory).increment()
        let count = block.series.count
        #expect(count > 1000 && count < 20_000)
        #expect(block.series.allSatisfy { $0.words.reduce(0, +) > 0 })
    }
}
