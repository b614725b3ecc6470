import Contract

/// The last fifteen minutes of the server as samples, for the dashboard. A value without a clock; its memory is bounded.
struct History: Equatable, Codable {
    /// What the server shows at one moment. Counters count from its start.
    struct Measurement: Equatable, Codable {
        /// Responses by class of their status: 1xx to 5xx.
        var responses = Array(repeating: UInt64(0), count: RequestTotals.statusClasses)
        var latency = LatencyHistogram()
        var receivedBytes: UInt64 = 0
        var sentBytes: UInt64 = 0
        var inFlight = 0
        var connections = 0
        var readyWorkers = 0
        var targetWorkers = 0
        /// In bytes.
        var masterMemory = 0
        var workersMemory = 0
        /// Of all processors, since each process was started.
        var masterCPU = Duration.zero
        var workersCPU = Duration.zero
    }

    /// What happened between two measurements, and how the server was at the second.
    struct Sample: Equatable, Codable {
        /// `SuspendAwareClock`.
        let start: Duration
        let end: Duration
        let responses: [UInt64]
        /// Nil when there was no response.
        let p50: Duration?
        let p90: Duration?
        let p99: Duration?
        let receivedBytes: UInt64
        let sentBytes: UInt64
        let inFlight: Int
        let connections: Int
        let readyWorkers: Int
        let targetWorkers: Int
        let masterMemory: Int
        let workersMemory: Int
        let masterCPU: Duration
        let workersCPU: Duration
    }

    static let interval = Duration.seconds(5)
    static let length = Duration.seconds(15 * 60)
    private static let capacity = Int(length / interval)

    private struct Baseline: Equatable, Codable {
        let measurement: Measurement
        let time: Duration
    }

    /// A ring once it is full: `oldest` is where the next sample goes.
    private var ring: [Sample] = []
    private var oldest = 0
    private var baseline: Baseline?

    /// After the first measurement there is no sample yet. If the master or the machine stood still, one sample is longer than
    /// the others: its rates are averages.
    /// - Parameter now: `SuspendAwareClock`.
    mutating func record(_ measurement: Measurement, at now: Duration) {
        defer { baseline = Baseline(measurement: measurement, time: now) }
        guard let baseline, baseline.time < now else { return }
        let sample = Sample(from: baseline.measurement, at: baseline.time, to: measurement, at: now)
        if ring.count < Self.capacity {
            ring.append(sample)
        } else {
            ring[oldest] = sample
            oldest = (oldest + 1) % Self.capacity
        }
    }

    /// Of a snapshot: other numbers of values would be another build's.
    var isWellFormed: Bool {
        let isRing = ring.count == Self.capacity ? ring.indices.contains(oldest) : oldest == 0
        let isMeasured = baseline.map {
            $0.measurement.responses.count == RequestTotals.statusClasses
                && $0.measurement.latency.counts.count == LatencyHistogram.buckets
        }
        return isRing && ring.count <= Self.capacity && isMeasured != false
            && ring.allSatisfy { $0.responses.count == RequestTotals.statusClasses }
    }

    /// Those that ended at most fifteen minutes ago; the oldest comes first.
    func samples(at now: Duration) -> [Sample] {
        (ring[oldest...] + ring[..<oldest]).filter { $0.end >= now - Self.length }
    }
}

extension History.Sample {
    fileprivate init(
        from old: History.Measurement, at start: Duration, to new: History.Measurement, at end: Duration
    ) {
        var latency = LatencyHistogram()
        for index in latency.counts.indices {
            latency.counts[index] = Self.growth(from: old.latency.counts[index], to: new.latency.counts[index])
        }
        self.init(
            start: start, end: end,
            responses: zip(old.responses, new.responses).map(Self.growth),
            p50: latency.quantile(0.5), p90: latency.quantile(0.9), p99: latency.quantile(0.99),
            receivedBytes: Self.growth(from: old.receivedBytes, to: new.receivedBytes),
            sentBytes: Self.growth(from: old.sentBytes, to: new.sentBytes),
            inFlight: new.inFlight, connections: new.connections,
            readyWorkers: new.readyWorkers, targetWorkers: new.targetWorkers,
            masterMemory: new.masterMemory, workersMemory: new.workersMemory,
            masterCPU: max(.zero, new.masterCPU - old.masterCPU),
            workersCPU: max(.zero, new.workersCPU - old.workersCPU))
    }

    /// A worker could write a smaller number than before.
    private static func growth(from old: UInt64, to new: UInt64) -> UInt64 { new > old ? new - old : 0 }
}
