import Contract
import Linux

/// The text of a scrape.
struct Exposition {
    enum Format {
        /// https://prometheus.io/docs/specs/om/open_metrics_spec/
        case openMetrics
        /// Version 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats/
        case text

        var contentType: String {
            switch self {
            case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
            case .text: "text/plain; version=0.0.4; charset=utf-8"
            }
        }
    }

    private let format: Format
    private(set) var bytes: [UInt8] = []
    /// Of the family that is being written.
    private var name: [UInt8] = []
    private var suffix = ""
    private var labels: [String] = []

    init(_ format: Format) {
        self.format = format
    }

    /// The whole text.
    static func bytes(_ families: [MetricFamily], of snapshot: MetricsSnapshot, as format: Format) -> [UInt8] {
        var text = Exposition(format)
        for family in families {
            text.begin(family)
            family.collect(snapshot, &text)
        }
        if format == .openMetrics { text.write("# EOF\n") }
        return text.bytes
    }

    private mutating func begin(_ family: MetricFamily) {
        name = Array(family.name.utf8)
        suffix = family.kind.suffix
        labels = family.labels
        // The older format knows samples only: a counter is named like them, and it has no info.
        let isText = format == .text
        let head = isText ? family.sampleName : family.name
        let kind = isText && family.kind == .info ? "gauge" : family.kind.rawValue
        write("# TYPE \(head) \(kind)\n")
        if !isText, let unit = family.unit { write("# UNIT \(head) \(unit)\n") }
        write("# HELP \(head) \(isText ? Self.escaped(family.help, quotes: false) : Self.escaped(family.help))\n")
    }

    // MARK: Samples

    /// - Parameter values: of the family's labels; one that is nil is left out.
    mutating func add(_ values: String?..., value: some BinaryInteger) {
        sample(suffix, text(values), "\(value)")
    }

    mutating func add(_ values: String?..., value: Double) {
        sample(suffix, text(values), Self.number(value))
    }

    mutating func add(_ values: String?..., value: Duration) {
        sample(suffix, text(values), Self.seconds(value.nanoseconds))
    }

    mutating func add(_ values: String?..., latency: LatencyHistogram, nanoseconds: UInt64) {
        histogram(text(values), latency, nanoseconds)
    }

    // MARK: Samples with labels of their own

    mutating func add(_ labels: [MetricSeries.Label], value: String) {
        sample(suffix, Self.text(labels), value)
    }

    mutating func add(_ labels: [MetricSeries.Label], _ histogram: LatencyHistogram, nanoseconds: UInt64) {
        self.histogram(Self.text(labels), histogram, nanoseconds)
    }

    mutating func add(_ labels: [MetricSeries.Label], count: UInt64, sum: Double) {
        let labels = Self.text(labels)
        sample("_count", labels, "\(count)")
        sample("_sum", labels, Self.number(sum))
    }

    // MARK: Text

    private mutating func histogram(_ labels: [UInt8], _ histogram: LatencyHistogram, _ nanoseconds: UInt64) {
        var sum: UInt64 = 0
        var next = 0
        let separated = labels.isEmpty ? labels : labels + [UInt8(ascii: ",")]
        for bound in Self.bounds {
            while next <= bound.bucket {
                sum = .addingClamped(sum, histogram.counts[next])
                next += 1
            }
            sample("_bucket", separated + bound.label, "\(sum)")
        }
        let total = histogram.total
        sample("_bucket", separated + Self.infinity, "\(total)")
        sample("_count", labels, "\(total)")
        sample("_sum", labels, Self.seconds(nanoseconds))
    }

    private mutating func sample(_ suffix: String, _ labels: [UInt8], _ value: String) {
        bytes += name
        write(suffix)
        if !labels.isEmpty {
            bytes.append(UInt8(ascii: "{"))
            bytes += labels
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(UInt8(ascii: " "))
        write(value)
        bytes.append(UInt8(ascii: "\n"))
    }

    private mutating func write(_ text: String) { bytes += text.utf8 }

    private func text(_ values: [String?]) -> [UInt8] {
        Self.text(
            zip(labels, values).compactMap { name, value in value.map { MetricSeries.Label(name, $0) } })
    }

    private static func text(_ labels: [MetricSeries.Label]) -> [UInt8] {
        Array(labels.map { "\($0.key)=\"\(escaped($0.value))\"" }.joined(separator: ",").utf8)
    }

    private static func escaped(_ text: String, quotes: Bool = true) -> String {
        guard text.utf8.contains(where: { $0 == 0x5c || $0 == 0x22 || $0 == 0x0a }) else { return text }
        let escaped = text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
        return quotes ? escaped.replacing("\"", with: "\\\"") : escaped
    }

    // MARK: Numbers

    /// The upper bounds of a histogram's buckets are every second of `LatencyHistogram`'s: 64 µs, 128 µs, ... 34 s. A time
    /// that is exactly a bound counts in the bucket above it.
    private static let bounds = (6...25).map { power in
        let bucket = 2 * power
        let seconds = Double(LatencyHistogram.upperBound(bucket).nanoseconds) / 1_000_000_000
        return (bucket: bucket, label: Array("le=\"\(seconds)\"".utf8))
    }

    private static let infinity = Array("le=\"+Inf\"".utf8)

    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return "\(value)"
    }

    private static func seconds(_ nanoseconds: UInt64) -> String {
        let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        if rest == 0 { return "\(seconds).0" }
        return "\(seconds).\(String(1_000_000_000 + rest).dropFirst())"
    }
}
