import Contract
import Linux
import Platform
import Supervisor

/// All that the metrics say, at one moment.
struct MetricsSnapshot {
    struct WorkerSample {
        let id: Worker.ID
        let state: String
        let gauges: WorkerGauges
    }

    /// Requests with one method and route.
    struct RouteSample {
        let method: String
        /// The template, or `unmatched`.
        let route: String
        let totals: RequestTotals
    }

    /// The master, or the worker of a slot.
    struct ProcessSample {
        /// Nil is the master.
        let slot: Int?
        let usage: ProcessUsage
    }

    struct ListenerSample {
        let address: BindAddress
        /// Nil if the kernel does not say.
        let queue: AcceptQueue?
        let isReachable: Bool
    }

    /// CLOCK_MONOTONIC.
    let time: Duration
    /// Seconds since 1970.
    let startTime: Int
    let state: String
    let generation: Int
    /// How many workers are wanted.
    let target: Int
    /// Workers that report a health problem.
    let unhealthy: Int
    let counters: WorkerCounters
    /// By their names.
    let routes: [RouteSample]
    /// Of the master.
    let lostLogLines: UInt64
    let events: EventCounts
    /// By slot, of all workers that it has had.
    let processorTimes: [Int: Duration]
    let workers: [WorkerSample]
    let processes: [ProcessSample]
    let listeners: [ListenerSample]
    /// The families of the application's own metrics.
    let application: [MetricFamily]

    /// Of every state that a worker can have.
    var workersByState: [(state: String, count: Int)] {
        Worker.State.names.map { name in (name, workers.count { $0.state == name }) }
    }
}

/// What a worker has now.
struct WorkerGauges {
    let connections: Int
    /// In flight.
    let requests: Int
    let pool: Scoreboard.Slot.Pool
    /// Of the application.
    let series: [MetricSeries]
}
