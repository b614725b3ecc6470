import Contract

/// What a worker has counted since its start, or several workers together. Every number is a total.
struct WorkerCounters: Equatable, Codable {
    struct Series: Equatable, Codable {
        let kind: MetricSeries.Kind
        fileprivate(set) var words: [UInt64]
    }

    var receivedBytes: UInt64 = 0
    var sentBytes: UInt64 = 0
    var acceptedConnections: UInt64 = 0
    var lostLogLines: UInt64 = 0
    /// By their places.
    private(set) var series: [Int: Series] = [:]

    /// What two numbers of the same kind become.
    fileprivate enum Operation {
        /// The larger one.
        case raise
        case add
    }

    /// Adds a worker's series. A gauge is no total.
    mutating func add(_ words: [UInt64], of kind: MetricSeries.Kind, at place: Int) {
        if kind != .gauge { combine(Series(kind: kind, words: words), at: place, .add) }
    }

    /// Each number becomes at least as large as the other's: a worker's later reading, which is never less.
    mutating func raise(to later: WorkerCounters) { combine(later, .raise) }

    mutating func add(_ other: WorkerCounters) { combine(other, .add) }

    private mutating func combine(_ other: WorkerCounters, _ operation: Operation) {
        receivedBytes = operation.result(receivedBytes, other.receivedBytes)
        sentBytes = operation.result(sentBytes, other.sentBytes)
        acceptedConnections = operation.result(acceptedConnections, other.acceptedConnections)
        lostLogLines = operation.result(lostLogLines, other.lostLogLines)
        for (place, other) in other.series { combine(other, at: place, operation) }
    }

    private mutating func combine(_ other: Series, at place: Int, _ operation: Operation) {
        if let index = series.index(forKey: place) {
            series.values[index].combine(other, operation)
        } else {
            series[place] = other.valid
        }
    }

    /// Of a snapshot: what does not fit together would be another build's.
    func isWellFormed(_ registry: SeriesRegistry) -> Bool {
        series.allSatisfy { place, series in
            registry.identities.indices.contains(place) && registry[place].kind == series.kind
                && series.words.count == series.kind.words
        }
    }
}

extension WorkerCounters.Series {
    /// Without what is no total.
    fileprivate var valid: Self {
        var valid = self
        for index in words.indices where kind.isDouble(index) {
            valid.words[index] = WorkerCounters.Operation.add.doubleResult(0, words[index])
        }
        return valid
    }

    fileprivate mutating func combine(_ other: Self, _ operation: WorkerCounters.Operation) {
        for index in words.indices {
            let next = other.words[index]
            // Most words of a histogram are zeros.
            guard next != 0 else { continue }
            words[index] =
                kind.isDouble(index) ? operation.doubleResult(words[index], next) : operation.result(words[index], next)
        }
    }
}

extension MetricSeries.Kind {
    /// Whether a word holds the bits of a double.
    fileprivate func isDouble(_ word: Int) -> Bool {
        switch self {
        case .floatingPointCounter, .gauge: true
        case .summary: word == 1
        case .requests, .counter, .timer: false
        }
    }
}

extension WorkerCounters.Operation {
    fileprivate func result(_ one: UInt64, _ other: UInt64) -> UInt64 {
        switch self {
        case .raise: max(one, other)
        case .add: .addingClamped(one, other)
        }
    }

    /// Of the bits of doubles. What is no total, because it is negative or no number, is a zero.
    fileprivate func doubleResult(_ one: UInt64, _ other: UInt64) -> UInt64 {
        let (one, other) = (Self.total(one), Self.total(other))
        return switch self {
        case .raise: max(one, other).bitPattern
        case .add: min(one + other, .greatestFiniteMagnitude).bitPattern
        }
    }

    private static func total(_ bits: UInt64) -> Double {
        let value = Double(bitPattern: bits)
        return value.isFinite && value > 0 ? value : 0
    }
}
