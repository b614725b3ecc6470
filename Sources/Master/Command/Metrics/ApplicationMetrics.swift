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

    typealias Gauge = (worker: Int, values: [SeriesKey: Double])

    /// - Parameters:
    ///   - counters: the sums over all workers.
    ///   - gauges: of each worker.
    init(_ counters: WorkerCounters, gauges: [Gauge]) {
        let counts = Self.byName(counters.counters, suffix: "") { $0 = .addingClamped($0, $1) }
        for (source, name, series) in counts {
            add(source, name, .counter) { _, text in
                for (key, count) in series { text.add(key, value: "\(count)") }
            }
        }
        let times = Self.byName(counters.timers, suffix: "_seconds") { $0.add($1) }
        for (source, name, series) in times {
            add(source, name, .histogram) { _, text in
                for (key, times) in series { text.add(key, times: times) }
            }
        }
        var values: [SeriesKey: Double] = [:]
        for gauge in gauges {
            let worker = SeriesKey.Label(name: MetricCatalogue.worker, value: "\(gauge.worker)")
            for (key, value) in gauge.values {
                values[SeriesKey(name: key.name, labels: [worker] + Self.valid(key.labels))] = value
            }
        }
        for (source, name, series) in Self.byName(values, suffix: "", { $0 = $1 }, labels: { $0 }) {
            add(source, name, .gauge) { _, text in
                for (key, value) in series { text.add(key, value: Exposition.number(value)) }
            }
        }
    }

    /// Counters come first, then timers, then gauges: what clashes with an earlier one is left out.
    private mutating func add(
        _ source: String, _ name: String, _ kind: MetricFamily.Kind,
        _ collect: @escaping @Sendable (MetricsSnapshot, inout Exposition) -> Void
    ) {
        let quoted = "the application's metric '\(source.visible)'"
        guard !name.isEmpty else {
            return remarks.append("\(quoted) has no name that Prometheus could show: it is left out")
        }
        let family = MetricFamily(
            name, kind, help: "The application's \(kind == .histogram ? "timer" : "\(kind)") \(source.visible).",
            collect)
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

    /// Series with one name, in the order of the names, each with the first of their own names.
    private static func byName<Value>(
        _ series: [SeriesKey: Value], suffix: String, _ merge: (inout Value, Value) -> Void,
        labels: ([SeriesKey.Label]) -> [SeriesKey.Label] = valid
    ) -> [(source: String, name: String, series: [(key: SeriesKey, value: Value)])] {
        var found: [String: (source: String, series: [SeriesKey: Value])] = [:]
        for (key, value) in series.sorted(by: { $0.key < $1.key }) {
            let name = name(of: key.name, suffix: suffix)
            let valid = SeriesKey(name: name, labels: labels(key.labels))
            if let present = found[name]?.series[valid] {
                var merged = present
                merge(&merged, value)
                found[name]?.series[valid] = merged
            } else {
                found[name, default: (key.name, [:])].series[valid] = value
            }
        }
        return found.sorted { $0.key < $1.key }.map { name, family in
            (family.source, name, family.series.sorted { $0.key < $1.key })
        }
    }

    /// - Parameter suffix: the unit; `orders.created` becomes `orders_created`, and a timer `orders_created_seconds`.
    private static func name(of source: String, suffix: String) -> String {
        var name = source.valid()
        if name.hasSuffix("_total") { name.removeLast("_total".count) }
        // Nothing but separators.
        if name.allSatisfy({ $0 == "_" }) { return "" }
        if MetricCatalogue.isReserved(name) { name = "app_\(name)" }
        return name.hasSuffix(suffix) ? name : name + suffix
    }

    /// By their names. `le` is a histogram's own label, `worker` a gauge's, and names with two underscores at the start are
    /// Prometheus's.
    private static func valid(_ labels: [SeriesKey.Label]) -> [SeriesKey.Label] {
        var found: [String: String] = [:]
        for label in labels {
            var name = label.name.valid()
            if name.isEmpty || name.hasPrefix("__") || ["le", MetricCatalogue.worker].contains(name) {
                name = "exported_" + name.drop { $0 == "_" }
            }
            if found[name] == nil { found[name] = label.value.visible }
        }
        return found.sorted { $0.key < $1.key }.map { SeriesKey.Label(name: $0.key, value: $0.value) }
    }
}

extension String {
    /// With an underscore for each character that a name cannot have; a digit does not come first.
    fileprivate func valid() -> String {
        let name = String(
            unicodeScalars.map { scalar in
                switch scalar {
                case "a"..."z", "A"..."Z", "0"..."9", "_": Character(scalar)
                default: "_"
                }
            })
        return name.first?.isNumber == true ? "_\(name)" : name
    }
}

extension MetricFamily {
    /// What no other family may be called.
    fileprivate var allNames: Set<String> {
        let suffixes =
            switch kind {
            case .counter: ["_total", "_created"]
            case .histogram: ["_bucket", "_count", "_sum", "_created"]
            case .info: ["_info"]
            case .gauge: [String]()
            }
        return Set([name] + suffixes.map { name + $0 })
    }
}
