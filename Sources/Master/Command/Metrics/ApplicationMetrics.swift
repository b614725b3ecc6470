import Contract

/// The application's own metrics, under names that are valid and clash with no other.
///
/// A name does not depend on which metric came first, so that it stays the same after an upgrade of the master.
struct ApplicationMetrics {
    private(set) var families: [MetricFamily] = []
    /// What was renamed or left out, and why: one line each.
    private(set) var remarks: [String] = []
    /// Of the families and of their samples.
    private var names: Set<String> = []

    /// A sample's labels, in the order of their names.
    private struct Labels: Hashable, Comparable {
        let pairs: [MetricSeries.Label]

        static func < (one: Labels, other: Labels) -> Bool {
            one.pairs.lexicographicallyPrecedes(other.pairs) { ($0.key, $0.value) < ($1.key, $1.value) }
        }
    }

    private typealias Words = [UInt64]

    /// - Parameters:
    ///   - totals: the sums over all workers.
    ///   - gauges: of each worker, by its slot.
    init(_ totals: [MetricSeries], gauges: [(worker: Int, series: [MetricSeries])]) {
        add(totals, of: [.counter, .floatingPointCounter], as: .counter) { text, labels, series in
            let whole = series.filter { $0.identity.kind == .counter }.reduce(UInt64(0)) {
                .addingClamped($0, $1.words[0])
            }
            let parts = series.filter { $0.identity.kind == .floatingPointCounter }
            let sum = parts.reduce(Double(whole)) { $0 + Double(bitPattern: $1.words[0]) }
            text.add(labels, value: parts.isEmpty ? "\(whole)" : Exposition.number(sum))
        }
        add(totals, of: [.timer], as: .histogram) { text, labels, series in
            var histogram = LatencyHistogram()
            var nanoseconds: UInt64 = 0
            for one in series {
                for bucket in histogram.counts.indices {
                    histogram.counts[bucket] = .addingClamped(histogram.counts[bucket], one.words[bucket])
                }
                nanoseconds = .addingClamped(nanoseconds, one.words[LatencyHistogram.buckets])
            }
            text.add(labels, histogram, nanoseconds: nanoseconds)
        }
        add(totals, of: [.summary], as: .summary) { text, labels, series in
            text.add(
                labels, count: series.reduce(UInt64(0)) { .addingClamped($0, $1.words[0]) },
                sum: series.reduce(0) { $0 + Double(bitPattern: $1.words[1]) })
        }
        let ofWorkers = gauges.flatMap { worker, series in
            series.filter { $0.identity.kind == .gauge }.map { ("\(worker)", $0) }
        }
        add(ofWorkers, of: [.gauge], as: .gauge) { text, labels, series in
            // Two names that became the same: there is no sum of gauges.
            text.add(labels, value: Exposition.number(Double(bitPattern: series[series.count - 1].words[0])))
        }
    }

    private mutating func add(
        _ series: [MetricSeries], of kinds: Set<MetricSeries.Kind>, as kind: MetricFamily.Kind,
        _ sample: @escaping @Sendable (inout Exposition, [MetricSeries.Label], [MetricSeries]) -> Void
    ) {
        add(series.map { (nil, $0) }, of: kinds, as: kind, sample)
    }

    /// Adds the families of some kinds of series. Counters come first, then timers, summaries and gauges: what clashes with
    /// an earlier one is left out.
    private mutating func add(
        _ series: [(worker: String?, MetricSeries)], of kinds: Set<MetricSeries.Kind>, as kind: MetricFamily.Kind,
        _ sample: @escaping @Sendable (inout Exposition, [MetricSeries.Label], [MetricSeries]) -> Void
    ) {
        var found: [String: [Labels: [MetricSeries]]] = [:]
        for (worker, one) in series where kinds.contains(one.identity.kind) {
            let name = Self.name(of: one.identity.name, as: kind)
            found[name, default: [:]][Self.labels(one.identity.labels, worker), default: []].append(one)
        }
        for (name, samples) in found.sorted(by: { $0.key < $1.key }) {
            let sorted = samples.sorted { $0.key < $1.key }.map { labels, series in
                (labels: labels.pairs, series: series.sorted { $0.identity.name < $1.identity.name })
            }
            let source = samples.values.joined().map(\.identity.name).min() ?? name
            add(source, name, kind) { _, text in
                for (labels, series) in sorted { sample(&text, labels, series) }
            }
        }
    }

    private mutating func add(
        _ source: String, _ name: String, _ kind: MetricFamily.Kind,
        _ collect: @escaping @Sendable (MetricsSnapshot, inout Exposition) -> Void
    ) {
        let quoted = "the application's metric '\(source.visible)'"
        guard !name.isEmpty else {
            return remarks.append("\(quoted) has no name that Prometheus could show: it is left out")
        }
        let word = kind == .histogram ? "timer" : kind.rawValue
        let family = MetricFamily(name, kind, help: "The application's \(word) \(source.visible).", collect)
        guard names.isDisjoint(with: family.allNames) else {
            return remarks.append("\(quoted) has the name of another kind of metric: it is left out")
        }
        names.formUnion(family.allNames)
        families.append(family)
        if MetricCatalogue.isReserved(source.valid()) {
            remarks.append("\(quoted) has a name that belongs to the server: it is \(family.sampleName)")
        }
    }

    // MARK: Names

    /// `orders.created` becomes `orders_created`; a timer has its unit, as in `checkout_seconds`. Empty if nothing is left.
    private static func name(of source: String, as kind: MetricFamily.Kind) -> String {
        var name = source.valid()
        for suffix in ["_total", "_info"] where name.hasSuffix(suffix) { name.removeLast(suffix.count) }
        if name.allSatisfy({ $0 == "_" }) { return "" }
        if MetricCatalogue.isReserved(name) { name = "app_\(name)" }
        return kind == .histogram && !name.hasSuffix("_seconds") ? name + "_seconds" : name
    }

    /// `le` and `quantile` are labels of the format, `worker` is a gauge's, and names with two underscores at the start are
    /// Prometheus's.
    private static func labels(_ labels: [MetricSeries.Label], _ worker: String?) -> Labels {
        var found: [String: String] = [:]
        for label in labels {
            var name = label.key.valid()
            if name.isEmpty || name.hasPrefix("__") || ["le", "quantile", MetricCatalogue.worker].contains(name) {
                name = "exported_" + name.drop { $0 == "_" }
            }
            if found[name] == nil { found[name] = label.value.visible }
        }
        if let worker { found[MetricCatalogue.worker] = worker }
        return Labels(pairs: found.sorted { $0.key < $1.key }.map { MetricSeries.Label($0.key, $0.value) })
    }
}

extension String {
    /// With an underscore for each character that a name cannot have; a digit does not come first.
    fileprivate func valid() -> String {
        var name = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "a"..."z", "A"..."Z", "_": name.unicodeScalars.append(scalar)
            case "0"..."9": name += (name.isEmpty ? "_" : "") + String(scalar)
            default: name += "_"
            }
        }
        return name
    }
}

extension MetricFamily {
    /// What no other family may be called.
    fileprivate var allNames: Set<String> {
        let suffixes =
            switch kind {
            case .counter: ["_total", "_created"]
            case .histogram: ["_bucket", "_count", "_sum", "_created"]
            case .summary: ["_count", "_sum", "_created"]
            case .info: ["_info"]
            case .gauge: [String]()
            }
        return Set([name] + suffixes.map { name + $0 })
    }
}
