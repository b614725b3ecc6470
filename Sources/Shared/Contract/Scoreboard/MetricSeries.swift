/// One series of a worker's metrics, as its block of the scoreboard holds it: what is counted, and 64-bit words for it.
package struct MetricSeries: Hashable, Sendable, Codable {
    /// What the words mean.
    package enum Kind: UInt16, Hashable, Sendable, Codable, CaseIterable {
        /// Requests of one method and route: `RequestTotals`.
        case requests = 1
        /// A total that never falls.
        case counter = 2
        /// The same, as the bits of a double.
        case floatingPointCounter = 3
        /// A value that goes up and down, as the bits of a double.
        case gauge = 4
        /// How long something took: the counts of a `LatencyHistogram`, then the sum of nanoseconds.
        case timer = 5
        /// Values of any unit: how many there were, then their sum as the bits of a double.
        case summary = 6

        /// How many words a series has.
        package var words: Int {
            switch self {
            case .requests: RequestTotals.words
            case .counter, .floatingPointCounter, .gauge: 1
            case .timer: LatencyHistogram.buckets + 1
            case .summary: 2
            }
        }
    }

    /// What identifies a series, in one worker and over all of them.
    package struct Identity: Hashable, Sendable, Codable {
        package let kind: Kind
        /// As the application gave it; empty for requests.
        package let name: String
        /// Dimensions of the name, in the application's order.
        package let labels: [Label]

        package init(_ kind: Kind, _ name: String, _ labels: [Label] = []) {
            self.kind = kind
            self.name = name
            self.labels = labels
        }

        /// Requests of a route.
        /// - Parameters:
        ///   - method: of a fixed set, so that a client cannot make series.
        ///   - route: the template, such as `/tasks/{id}`; `unmatched` for a request that no route matches.
        package init(method: String, route: String) {
            self.init(.requests, "", [Label("method", method), Label("route", route)])
        }

        /// Of requests: the method and the route's template.
        package var route: (method: String, template: String)? {
            guard kind == .requests, labels.count == 2 else { return nil }
            return (labels[0].value, labels[1].value)
        }

        /// The text of the scoreboard: the name, then key and value of each label.
        package var text: String {
            ([name] + labels.flatMap { [$0.key, $0.value] }).map { $0.filter { $0 != Self.separator } }
                .joined(separator: String(Self.separator))
        }

        /// Nil for a text that is none of `text`.
        package init?(_ kind: Kind, text: String) {
            let parts = text.split(separator: Self.separator, omittingEmptySubsequences: false).map(String.init)
            guard parts.count % 2 == 1 else { return nil }
            let labels = stride(from: 1, to: parts.count, by: 2).map { Label(parts[$0], parts[$0 + 1]) }
            self.init(kind, parts[0], labels)
        }

        /// ASCII's unit separator.
        private static let separator: Character = "\u{1f}"
    }

    /// A dimension of a series.
    package struct Label: Hashable, Sendable, Codable {
        package let key: String
        package let value: String

        package init(_ key: String, _ value: String) {
            self.key = key
            self.value = value
        }
    }

    package let identity: Identity
    /// `identity.kind.words` of them.
    package let words: [UInt64]

    /// - Precondition: there are as many words as the kind has.
    package init(_ identity: Identity, words: [UInt64]) {
        precondition(words.count == identity.kind.words)
        self.identity = identity
        self.words = words
    }

    /// Of requests; nil for another kind.
    package var requests: RequestTotals? { identity.kind == .requests ? RequestTotals(words: words) : nil }
}

/// What is counted of requests with one method and route.
package struct RequestTotals: Equatable, Sendable, Codable {
    /// By class of the status: 1xx to 5xx.
    package var classes: [UInt64]
    package var latency: LatencyHistogram
    /// Of the time that the responses took.
    package var nanoseconds: UInt64

    package static let statusClasses = 5
    /// Of the scoreboard: the classes, the histogram, the nanoseconds.
    package static let words = statusClasses + LatencyHistogram.buckets + 1

    package init() {
        classes = Array(repeating: 0, count: Self.statusClasses)
        latency = LatencyHistogram()
        nanoseconds = 0
    }

    /// - Precondition: there are `words` of them.
    package init(words: [UInt64]) {
        classes = Array(words[..<Self.statusClasses])
        latency = LatencyHistogram()
        latency.counts = Array(words[Self.statusClasses..<Self.statusClasses + LatencyHistogram.buckets])
        nanoseconds = words[Self.words - 1]
    }

    package var count: UInt64 { classes.reduce(0, UInt64.addingClamped) }

    /// Responses with a 5xx.
    package var serverErrors: UInt64 { classes[Self.statusClasses - 1] }

    /// Adds the counts of another route or worker.
    package static func += (sum: inout RequestTotals, other: RequestTotals) {
        for index in sum.classes.indices {
            sum.classes[index] = UInt64.addingClamped(sum.classes[index], other.classes[index])
        }
        sum.latency += other.latency
        sum.nanoseconds = UInt64.addingClamped(sum.nanoseconds, other.nanoseconds)
    }
}
