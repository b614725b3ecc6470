import Contract
import Testing

@testable import BrigadeCommand

@Suite struct ApplicationMetricsTests {
    private func key(
        _ name: String, _ labels: (String, String)..., kind: MetricSeries.Kind = .counter
    ) -> MetricSeries.Identity {
        MetricSeries.Identity(kind, name, labels.map { MetricSeries.Label($0.0, $0.1) })
    }

    /// The lines without comments.
    private func lines(_ metrics: ApplicationMetrics) -> [String] {
        let bytes = Exposition.bytes(metrics.families, of: .empty, as: .openMetrics)
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init).filter {
            !$0.hasPrefix("#")
        }
    }

    private func metrics(
        _ totals: [MetricSeries.Identity: [UInt64]] = [:], gauges: [Int: [MetricSeries.Identity: Double]] = [:]
    ) -> ApplicationMetrics {
        ApplicationMetrics(
            totals.map { MetricSeries($0.key, words: $0.value) },
            gauges: gauges.map { worker, values in
                (worker, values.map { MetricSeries($0.key, words: [$0.value.bitPattern]) })
            })
    }

    /// A timer with so many times of 0.8 ms.
    private func times(_ count: UInt64) -> [UInt64] {
        var words = Array(repeating: UInt64(0), count: MetricSeries.Kind.timer.words)
        words[LatencyHistogram.bucket(800_000)] = count
        words[LatencyHistogram.buckets] = count * 800_000
        return words
    }

    private func gauge(_ name: String) -> MetricSeries.Identity { key(name, kind: .gauge) }

    @Test func countersTimersAndGaugesAppearUnderTheirNames() {
        let metrics = metrics(
            [
                key("orders.created", ("shop", "a")): [3], key("orders.created", ("shop", "b")): [4],
                key("checkout", kind: .timer): times(2),
                key("weight", kind: .floatingPointCounter): [Double(1.5).bitPattern],
                key("size", kind: .summary): [2, Double(7.5).bitPattern],
            ], gauges: [2: [gauge("queue-depth"): 1.5], 1: [gauge("queue-depth"): .infinity]])
        let lines = lines(metrics)
        #expect(lines.prefix(2) == ["orders_created_total{shop=\"a\"} 3", "orders_created_total{shop=\"b\"} 4"])
        #expect(lines.contains("checkout_seconds_bucket{le=\"0.001024\"} 2"))
        #expect(lines.contains("checkout_seconds_bucket{le=\"0.000512\"} 0"))
        #expect(lines.contains("checkout_seconds_sum 0.001600000"))
        #expect(lines.contains("weight_total 1.5") && lines.contains("size_count 2") && lines.contains("size_sum 7.5"))
        #expect(lines.suffix(2) == ["queue_depth{worker=\"1\"} +Inf", "queue_depth{worker=\"2\"} 1.5"])
        #expect(metrics.remarks == [])
    }

    @Test(arguments: [
        ("a.b/c d", "a_b_c_d_total"), ("9lives", "_9lives_total"), ("hits_total", "hits_total"), ("café", "caf__total"),
        ("a:b", "a_b_total"), ("http_server_requests", "app_http_server_requests_total"),
        ("brigade.workers", "app_brigade_workers_total"),
    ])
    func aNameBecomesValid(name: String, shown: String) {
        let metrics = metrics([key(name): [1]])
        #expect(lines(metrics) == ["\(shown) 1"])
        #expect(metrics.remarks.count == (shown.hasPrefix("app_") ? 1 : 0))
    }

    @Test(arguments: ["", "...", "_total", "\u{1b}"]) func whatCannotBeANameIsLeftOut(name: String) {
        let metrics = metrics([key(name): [1]])
        #expect(lines(metrics) == [])
        #expect(metrics.remarks.count == 1)
        #expect(metrics.remarks.allSatisfy { $0.utf8.allSatisfy { $0 >= 0x20 } })
    }

    @Test func namesThatBecomeTheSameAreOneMetric() {
        let metrics = metrics(
            [
                key("a.b"): [1], key("a_b"): [2], key("a.b", ("x", "1")): [4],
                key("a-b", kind: .floatingPointCounter): [Double(0.5).bitPattern],
            ], gauges: [1: [gauge("c.d"): 1, gauge("c_d"): 2]])
        #expect(lines(metrics) == ["a_b_total 3.5", "a_b_total{x=\"1\"} 4", "c_d{worker=\"1\"} 2.0"])
    }

    /// Every sample's name belongs to one family.
    @Test func whatClashesWithAnotherKindIsLeftOutWithARemark() {
        let metrics = metrics(
            [
                key("a"): [1], key("b_seconds"): [1], key("b", kind: .timer): times(1),
                key("c", kind: .timer): times(1),
            ],
            gauges: [1: [gauge("a"): 1, gauge("a_total"): 1, gauge("c_seconds_count"): 1, gauge("d"): 1]])
        let names = Set(lines(metrics).map { $0.prefix { $0 != " " && $0 != "{" } })
        #expect(
            names == ["a_total", "b_seconds_total", "c_seconds_bucket", "c_seconds_count", "c_seconds_sum", "d"])
        #expect(metrics.remarks.count == 3, "a and a_total are one gauge: \(metrics.remarks)")
    }

    @Test func labelsBecomeValidToo() {
        let metrics = metrics(
            [
                key("a", ("le", "1"), ("__name__", "2"), ("x-y", "3"), ("x_y", "4"), ("worker", "5\n\"\\\u{9b}")): [1]
            ])
        #expect(
            lines(metrics) == [
                #"a_total{exported_le="1",exported_name__="2",exported_worker="5\\n\"\\\\u{9b}",x_y="3"} 1"#
            ])
    }

    @Test func aNameDoesNotDependOnWhatCameFirst() {
        let many = Dictionary(uniqueKeysWithValues: (0..<50).map { (key("m\($0 % 7).\($0)"), [UInt64($0)]) })
        let first = lines(metrics(many))
        for _ in 0..<5 { #expect(lines(metrics(Dictionary(uniqueKeysWithValues: many.shuffled()))) == first) }
    }
}

extension MetricsSnapshot {
    /// Of a server that has done nothing.
    static let empty = MetricsSnapshot(
        time: .seconds(1), startTime: 0, state: "serving", generation: 1, target: 1, unhealthy: 0,
        counters: WorkerCounters(), routes: [], lostLogLines: 0, events: EventCounts(), processorTimes: [:],
        workers: [], processes: [],
        listeners: [],
        application: [])
}
