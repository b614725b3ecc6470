import Contract

/// A method and a route's template.
struct RouteKey: Hashable, Codable, Comparable {
    let method: String
    /// `unmatched` if no route has the request's path.
    let route: String

    /// Series beyond the limit are counted together.
    static let overflow = RouteKey(method: "_OTHER", route: "overflow")

    static func < (one: RouteKey, other: RouteKey) -> Bool {
        (one.route, one.method) < (other.route, other.method)
    }
}

/// The answers of one route.
struct RouteCounts: Equatable, Codable {
    /// By status class: 1xx to 5xx.
    var answers = [UInt64](repeating: 0, count: Self.classes)
    var latency = TimeCounts()

    static let classes = 5
}

/// How long something took.
struct TimeCounts: Equatable, Codable {
    var histogram = LatencyHistogram()
    var nanoseconds: UInt64 = 0
}

/// A metric of the application, as its worker names it, with its labels.
struct SeriesKey: Hashable, Codable, Comparable {
    struct Label: Hashable, Codable, Comparable {
        let name: String
        let value: String

        static func < (one: Label, other: Label) -> Bool { (one.name, one.value) < (other.name, other.value) }
    }

    let name: String
    let labels: [Label]

    static let overflow = SeriesKey(name: "overflow", labels: [])

    static func < (one: SeriesKey, other: SeriesKey) -> Bool {
        one.name == other.name ? one.labels.lexicographicallyPrecedes(other.labels) : one.name < other.name
    }
}

/// What a worker has counted since its start, or several workers together.
struct WorkerCounters: Equatable, Codable {
    var routes: [RouteKey: RouteCounts] = [:]
    var receivedBytes: UInt64 = 0
    var sentBytes: UInt64 = 0
    var acceptedConnections: UInt64 = 0
    /// Of the application.
    var counters: [SeriesKey: UInt64] = [:]
    var timers: [SeriesKey: TimeCounts] = [:]

    /// So many different routes, counters and timers are counted apart, each. A server that reloads into applications with
    /// other routes, and a worker that writes nonsense, must not fill the master's memory.
    static let mostSeries = 2000

    /// Each number becomes at least as large as the other's: a worker's later reading, which is never less.
    mutating func raise(to later: WorkerCounters) { combine(later, max) }

    mutating func add(_ other: WorkerCounters) { combine(other, UInt64.addingClamped) }

    /// Makes room for the other's series. A series that has a place keeps it.
    mutating func admit(_ other: WorkerCounters) {
        routes.admit(other.routes.keys, RouteCounts())
        counters.admit(other.counters.keys, 0)
        timers.admit(other.timers.keys, TimeCounts())
    }

    private mutating func combine(_ other: WorkerCounters, _ operation: (UInt64, UInt64) -> UInt64) {
        receivedBytes = operation(receivedBytes, other.receivedBytes)
        sentBytes = operation(sentBytes, other.sentBytes)
        acceptedConnections = operation(acceptedConnections, other.acceptedConnections)
        admit(other)
        routes.combine(other.routes, overflow: .overflow, operation)
        counters.combine(other.counters, overflow: .overflow, operation)
        timers.combine(other.timers, overflow: .overflow, operation)
    }

    /// Of a snapshot: other numbers of words would be another build's.
    var isWellFormed: Bool {
        routes.values.allSatisfy { $0.answers.count == RouteCounts.classes && $0.latency.isWellFormed }
            && timers.values.allSatisfy(\.isWellFormed)
    }
}

/// Words that one operation joins with those of another.
private protocol Combinable {
    init()
    mutating func combine(_ other: Self, _ operation: (UInt64, UInt64) -> UInt64)
}

extension UInt64: Combinable {
    fileprivate mutating func combine(_ other: UInt64, _ operation: (UInt64, UInt64) -> UInt64) {
        self = operation(self, other)
    }
}

extension RouteCounts: Combinable {
    fileprivate mutating func combine(_ other: RouteCounts, _ operation: (UInt64, UInt64) -> UInt64) {
        for index in answers.indices { answers[index] = operation(answers[index], other.answers[index]) }
        latency.combine(other.latency, operation)
    }
}

extension TimeCounts: Combinable {
    mutating func add(_ other: TimeCounts) { combine(other, UInt64.addingClamped) }

    fileprivate mutating func combine(_ other: TimeCounts, _ operation: (UInt64, UInt64) -> UInt64) {
        nanoseconds = operation(nanoseconds, other.nanoseconds)
        for index in histogram.counts.indices {
            histogram.counts[index] = operation(histogram.counts[index], other.histogram.counts[index])
        }
    }

    fileprivate var isWellFormed: Bool { histogram.counts.count == LatencyHistogram.buckets }
}

extension Dictionary {
    fileprivate mutating func admit(_ keys: Keys, _ empty: Value) {
        for key in keys where count < WorkerCounters.mostSeries && self[key] == nil { self[key] = empty }
    }
}

extension Dictionary where Value: Combinable {
    /// - Parameter overflow: where those count, all together, that were not admitted.
    fileprivate mutating func combine(
        _ others: Self, overflow: Key, _ operation: (UInt64, UInt64) -> UInt64
    ) {
        var rest: Value?
        for (key, value) in others {
            if key != overflow, let index = index(forKey: key) {
                values[index].combine(value, operation)
            } else {
                rest = rest ?? Value()
                rest?.combine(value, UInt64.addingClamped)
            }
        }
        if let rest { self[overflow, default: Value()].combine(rest, operation) }
    }
}
