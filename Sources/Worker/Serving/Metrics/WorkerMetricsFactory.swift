internal import Contract
import CoreMetrics
internal import Linux

/// Counts what an application counts by swift-metrics in the worker's shared memory, where the master finds it.
///
/// Totals never fall, whatever happens to the worker: what has been counted stays counted when a metric is destroyed or reset.
struct WorkerMetricsFactory: MetricsFactory {
    let registry: MetricsRegistry

    private func words(
        _ kind: MetricSeries.Kind, _ label: String, _ dimensions: [(String, String)]
    ) -> MetricsBlock.Words? {
        registry.words(of: .init(kind, label, dimensions.map { MetricSeries.Label($0.0, $0.1) }))
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        Counter(words: words(.counter, label, dimensions))
    }

    func makeFloatingPointCounter(label: String, dimensions: [(String, String)]) -> any FloatingPointCounterHandler {
        FloatingPointCounter(words: words(.floatingPointCounter, label, dimensions))
    }

    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        Gauge(words: words(.gauge, label, dimensions))
    }

    /// - Parameter aggregate: false for a `Gauge` of swift-metrics, of which only the last value counts.
    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        aggregate
            ? Summary(words: words(.summary, label, dimensions)) : Gauge(words: words(.gauge, label, dimensions))
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        Timer(words: words(.timer, label, dimensions))
    }

    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    func destroyMeter(_ handler: any MeterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}

    // MARK: Handlers

    // Without words, because there was no room for them, a handler does nothing.

    private final class Counter: CounterHandler {
        private let words: MetricsBlock.Words?

        init(words: MetricsBlock.Words?) {
            self.words = words
        }

        func increment(by amount: Int64) {
            if amount > 0 { words?.add(UInt64(amount), to: 0) }
        }

        func reset() {}
    }

    private final class FloatingPointCounter: FloatingPointCounterHandler {
        private let words: MetricsBlock.Words?

        init(words: MetricsBlock.Words?) {
            self.words = words
        }

        func increment(by amount: Double) {
            if amount > 0, amount.isFinite { words?.add(amount, to: 0) }
        }

        func reset() {}
    }

    private final class Gauge: MeterHandler, RecorderHandler {
        private let words: MetricsBlock.Words?

        init(words: MetricsBlock.Words?) {
            self.words = words
        }

        func set(_ value: Int64) { set(Double(value)) }
        func set(_ value: Double) { words?.set(value, at: 0) }
        func increment(by amount: Double) { words?.add(amount, to: 0) }
        func decrement(by amount: Double) { words?.add(-amount, to: 0) }
        func record(_ value: Int64) { set(Double(value)) }
        func record(_ value: Double) { set(value) }
    }

    private final class Summary: RecorderHandler {
        private let words: MetricsBlock.Words?

        init(words: MetricsBlock.Words?) {
            self.words = words
        }

        func record(_ value: Int64) { record(Double(value)) }

        func record(_ value: Double) {
            guard value.isFinite else { return }
            words?.add(1 as UInt64, to: 0)
            words?.add(value, to: 1)
        }
    }

    private final class Timer: TimerHandler {
        private let words: MetricsBlock.Words?

        init(words: MetricsBlock.Words?) {
            self.words = words
        }

        func recordNanoseconds(_ duration: Int64) {
            let nanoseconds = UInt64(max(0, duration))
            words?.add(1 as UInt64, to: LatencyHistogram.bucket(nanoseconds))
            words?.add(nanoseconds, to: LatencyHistogram.buckets)
        }
    }
}
