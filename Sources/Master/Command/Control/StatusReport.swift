import Contract
import Linux
import Supervisor

/// The state of a master and its workers, as `brigade status` shows it.
struct StatusReport {
    struct WorkerStatus {
        let id: Worker.ID
        let pid: Int32?
        let state: String
        let started: Duration
        let account: Scoreboard.Slot.Account
        /// Bytes, by PSS.
        let memory: Int?
        /// Processor time since its start.
        let cpu: Duration?
        let pool: Scoreboard.Slot.Pool
        /// Workers of its slot that exited unasked.
        let restarts: Int

        /// JSON names the oldest requests in flight, at most so many; the others are counted.
        static let maxNamedRequests = 100

        var inFlight: Int { account.inFlight.count + account.unrecorded }
    }

    struct QueueStatus {
        let address: BindAddress
        /// Connections that nobody has accepted.
        let length: Int
        let limit: Int
    }

    struct EventStatus {
        let age: Duration
        let level: String
        let text: String
        /// Whom it is about.
        let slot: Int?
    }

    struct PrestartStatus {
        let pid: Int32
        let generation: Int
        let started: Duration
    }

    let state: String
    let pid: Int32
    let age: Duration
    let generation: Int
    let target: Int
    let ready: Int
    let requests: UInt64
    /// Of these, with a 5xx.
    let serverErrors: UInt64
    /// Of the last seconds; nil before the first measurement.
    let rates: TrafficWindow.Rates?
    let latency: LatencyHistogram
    /// Processor time of the master since its start.
    let cpu: Duration?
    /// Workers that exited unasked, since the start.
    let lost: Int
    /// How the last of them exited.
    let lastLoss: String?
    /// How the last reload or upgrade ended.
    let lastChange: String?
    /// The prestart that is running.
    let prestart: PrestartStatus?
    /// Addresses where nobody can connect now, and why.
    let refusals: [(address: BindAddress, reason: String)]
    /// Problems that workers have reported.
    let problems: [HealthProblem]
    let queues: [QueueStatus]
    /// The newest comes last.
    let events: [EventStatus]
    let workers: [WorkerStatus]
    let now: Duration

    /// For a person at a terminal.
    var text: String {
        var lines = [
            "\(state): \(ready) of \(target) workers ready, generation \(generation)",
            "master pid \(pid), up \(age.text), \(requests) \(requests == 1 ? "request" : "requests") answered, "
                + "\(lost) \(lost == 1 ? "worker" : "workers") lost",
            "now: \(load)",
        ]
        if let prestart {
            let age = (now - prestart.started).text
            lines.append("prestart of generation \(prestart.generation) is running: pid \(prestart.pid), \(age) old")
        }
        lines += problems.map {
            "health problem of \($0.workers) \($0.workers == 1 ? "worker" : "workers"): \($0.text)"
        }
        lines += refusals.map { "\($0.address) is unreachable: \($0.reason)" }
        if let lastLoss { lines.append("last lost: \(lastLoss)") }
        if let lastChange { lines.append("last \(lastChange)") }
        let heads = ["worker", "gen", "pid", "state", "age", "requests", "connections", "in flight", "memory", "p99"]
        let rows = workers.map { worker in
            [
                "\(worker.id.slot)", "\(worker.id.generation)", worker.pid.map(String.init) ?? "-", worker.state,
                (now - worker.started).text, "\(worker.account.requests)",
                "\(worker.account.connections)", "\(worker.inFlight)",
                worker.memory.map { "\($0 >> 20) MiB" } ?? "-",
                worker.account.latency.quantile(0.99).map(Self.short) ?? "-",
            ]
        }
        return (lines + TextTable.lines([heads] + rows)).joined(separator: "\n")
    }

    private var load: String {
        var parts: [String] = []
        if let rates {
            parts.append("\(Self.short(rates.requests)) requests/s, \(Self.short(rates.serverErrors)) errors/s")
        }
        parts.append("\(workers.reduce(0) { $0 + $1.inFlight }) in flight")
        let pool = pool
        parts.append("blocking pool: \(pool.threads) threads, \(pool.busy) busy, \(pool.queued) queued")
        for queue in queues {
            let name = queues.count == 1 ? "" : " of \(queue.address)"
            parts.append("accept queue\(name): \(queue.length) of \(queue.limit)")
        }
        return parts.joined(separator: "; ")
    }

    /// Of all workers.
    private var pool: Scoreboard.Slot.Pool {
        Scoreboard.Slot.Pool(
            threads: workers.reduce(0) { $0 + $1.pool.threads }, busy: workers.reduce(0) { $0 + $1.pool.busy },
            queued: workers.reduce(0) { $0 + $1.pool.queued })
    }

    /// As many digits as a person cares for.
    static func short(_ rate: Double) -> String {
        if rate == 0 || rate >= 10 { return "\(Int(rate.rounded()))" }
        return "\((rate * 10).rounded() / 10)"
    }

    /// Three digits and a unit.
    static func short(_ duration: Duration) -> String {
        let microseconds = duration.components.seconds * 1_000_000 + duration.components.attoseconds / 1_000_000_000_000
        if microseconds < 1000 { return "\(microseconds) us" }
        if microseconds < 1_000_000 { return "\(microseconds / 1000) ms" }
        return duration.text
    }
}

// MARK: - JSON

extension StatusReport: Encodable {
    var json: String { ReportJSON.text(self) }

    private enum Key: CodingKey {
        case state, pid, age, generation, target, ready, requests, serverErrors, requestsPerSecond,
            serverErrorsPerSecond
        case lostWorkers, lastLoss, lastChange, prestart, cpu
        case unreachable, address, reason, healthProblems, problem, latency, p50, p99, counts, workers, slot,
            connections
        case memory, restarts, blockingPool, threads, busy, queued, acceptQueues, length, limit
        case inFlight, inFlightUnrecorded, method, id
        case events, level, text, worker
    }

    func encode(to encoder: any Encoder) throws {
        var report = encoder.container(keyedBy: Key.self)
        try report.encode(state, forKey: .state)
        try report.encode(pid, forKey: .pid)
        try report.encode(age.seconds, forKey: .age)
        try report.encode(generation, forKey: .generation)
        try report.encode(target, forKey: .target)
        try report.encode(ready, forKey: .ready)
        try report.encode(requests, forKey: .requests)
        try report.encode(serverErrors, forKey: .serverErrors)
        try report.encode(rates?.requests, forKey: .requestsPerSecond)
        try report.encode(rates?.serverErrors, forKey: .serverErrorsPerSecond)
        try report.encode(cpu?.seconds, forKey: .cpu)
        try report.encode(lost, forKey: .lostWorkers)
        try report.encode(lastLoss, forKey: .lastLoss)
        try report.encode(lastChange, forKey: .lastChange)
        if let prestart {
            var object = report.nestedContainer(keyedBy: Key.self, forKey: .prestart)
            try object.encode(prestart.pid, forKey: .pid)
            try object.encode(prestart.generation, forKey: .generation)
            try object.encode((now - prestart.started).seconds, forKey: .age)
        } else {
            try report.encodeNil(forKey: .prestart)
        }
        try report.encode(
            refusals.map { ["address": "\($0.address)", "reason": $0.reason] }, forKey: .unreachable)
        var list = report.nestedUnkeyedContainer(forKey: .healthProblems)
        for problem in problems {
            var object = list.nestedContainer(keyedBy: Key.self)
            try object.encode(problem.text, forKey: .problem)
            try object.encode(problem.workers, forKey: .workers)
        }
        try encode(latency, in: &report)
        try encode(pool, in: &report)
        list = report.nestedUnkeyedContainer(forKey: .acceptQueues)
        for queue in queues {
            var object = list.nestedContainer(keyedBy: Key.self)
            try object.encode("\(queue.address)", forKey: .address)
            try object.encode(queue.length, forKey: .length)
            try object.encode(queue.limit, forKey: .limit)
        }
        list = report.nestedUnkeyedContainer(forKey: .events)
        for event in events {
            var object = list.nestedContainer(keyedBy: Key.self)
            try object.encode(event.age.seconds, forKey: .age)
            try object.encode(event.level, forKey: .level)
            try object.encode(event.text, forKey: .text)
            try object.encode(event.slot, forKey: .worker)
        }
        list = report.nestedUnkeyedContainer(forKey: .workers)
        for worker in workers {
            var object = list.nestedContainer(keyedBy: Key.self)
            try encode(worker, in: &object)
        }
    }

    private func encode(_ worker: WorkerStatus, in object: inout KeyedEncodingContainer<Key>) throws {
        try object.encode(worker.id.slot, forKey: .slot)
        try object.encode(worker.id.generation, forKey: .generation)
        try object.encode(worker.pid, forKey: .pid)
        try object.encode(worker.state, forKey: .state)
        try object.encode((now - worker.started).seconds, forKey: .age)
        try object.encode(worker.account.requests, forKey: .requests)
        try object.encode(worker.account.connections, forKey: .connections)
        try object.encode(worker.account.serverErrors, forKey: .serverErrors)
        try object.encode(worker.memory, forKey: .memory)
        try object.encode(worker.cpu?.seconds, forKey: .cpu)
        try object.encode(worker.restarts, forKey: .restarts)
        try encode(worker.pool, in: &object)
        try encode(worker.account.latency, in: &object)
        let named = worker.account.inFlight.prefix(WorkerStatus.maxNamedRequests)
        try object.encode(worker.inFlight - named.count, forKey: .inFlightUnrecorded)
        var list = object.nestedUnkeyedContainer(forKey: .inFlight)
        for request in named {
            var entry = list.nestedContainer(keyedBy: Key.self)
            try entry.encode(request.method, forKey: .method)
            try entry.encode(request.target, forKey: .target)
            try entry.encode(request.id, forKey: .id)
            try entry.encode((now - request.started).seconds, forKey: .age)
        }
    }

    private func encode(_ pool: Scoreboard.Slot.Pool, in object: inout KeyedEncodingContainer<Key>) throws {
        var counts = object.nestedContainer(keyedBy: Key.self, forKey: .blockingPool)
        try counts.encode(pool.threads, forKey: .threads)
        try counts.encode(pool.busy, forKey: .busy)
        try counts.encode(pool.queued, forKey: .queued)
    }

    private func encode(_ latency: LatencyHistogram, in object: inout KeyedEncodingContainer<Key>) throws {
        var times = object.nestedContainer(keyedBy: Key.self, forKey: .latency)
        try times.encode(latency.quantile(0.5)?.seconds, forKey: .p50)
        try times.encode(latency.quantile(0.99)?.seconds, forKey: .p99)
        // By bucket, up to the last that is used: the difference of two replies gives the quantiles between them.
        let used = (latency.counts.lastIndex { $0 > 0 } ?? -1) + 1
        try times.encode(Array(latency.counts.prefix(used)), forKey: .counts)
    }
}

extension Worker.State {
    /// Every name that there is.
    static let names = ["booting", "ready", "failing", "draining", "stopping", "killed"]

    var name: String {
        switch self {
        case .booting: "booting"
        case .ready: "ready"
        case .failing, .failed: "failing"
        case .draining: "draining"
        case .stopping: "stopping"
        case .killed: "killed"
        }
    }
}

extension ServerState {
    var name: String {
        switch self {
        case .starting: "starting"
        case .serving: "serving"
        case .reloading: "reloading"
        case .upgrading: "upgrading"
        case .stopping: "stopping"
        }
    }
}
