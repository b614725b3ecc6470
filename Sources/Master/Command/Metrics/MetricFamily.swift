/// A metric, or several that differ in their labels: its declaration, and where its samples come from.
struct MetricFamily: Sendable {
    /// Of OpenMetrics.
    enum Kind: String, Sendable {
        case counter, gauge, histogram, summary, info
    }

    /// Without the suffixes of its samples: `http_server_requests`, whose samples are `http_server_requests_total`.
    let name: String
    let kind: Kind
    /// The names of its samples' labels, in their order.
    let labels: [String]
    let help: String
    let collect: @Sendable (MetricsSnapshot, inout Exposition) -> Void

    init(
        _ name: String, _ kind: Kind, labels: [String] = [], help: String,
        _ collect: @escaping @Sendable (MetricsSnapshot, inout Exposition) -> Void
    ) {
        self.name = name
        self.kind = kind
        self.labels = labels
        self.help = help
        self.collect = collect
    }

    /// OpenMetrics wants it at the end of the name.
    var unit: String? { ["seconds", "bytes"].first { name.hasSuffix("_\($0)") } }

    /// What a query asks for.
    var sampleName: String { name + kind.suffix }
}

extension MetricFamily.Kind {
    /// Of the samples, or of the first of several.
    var suffix: String {
        switch self {
        case .counter: "_total"
        case .gauge, .histogram, .summary: ""
        case .info: "_info"
        }
    }
}
