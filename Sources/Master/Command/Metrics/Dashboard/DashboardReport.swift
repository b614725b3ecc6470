import Contract
import FoundationEssentials
import Glibc
import Linux
import Logging
import Platform
import Supervisor

/// What the dashboard shows: the state now, and the last fifteen minutes. Times are seconds since 1970, and durations are
/// seconds.
struct DashboardReport {
    struct WorkerRow {
        let slot: Int
        let generation: Int
        let pid: Int32?
        let state: String
        let age: Double
        let responses: UInt64
        let connections: Int
        let inFlight: Int
        let p50: Double?
        let p99: Double?
        /// In bytes.
        let memory: Int?
    }

    let snapshot: MetricsSnapshot
    let version = Version.text
    let pid = getpid()
    /// As `brigade status` says it.
    let state: String
    let readyWorkers: Int
    let lostWorkers: Int
    let lastChange: String?
    let problems: [HealthProblem]
    let refusals: [(address: BindAddress, reason: String)]
    let workers: [WorkerRow]
    let samples: [History.Sample]
    let events: [RecentEvents.Entry]
    /// Now, by both clocks.
    let time: Double
    let suspendAwareTime: Duration

    init(
        _ snapshot: MetricsSnapshot, _ status: ServerStatus, _ children: ChildProcesses, _ history: History,
        _ recentEvents: RecentEvents
    ) {
        self.snapshot = snapshot
        state = status.word
        readyWorkers = status.supervisor.readyWorkers
        lostWorkers = status.history.totals.lostWorkers
        lastChange = status.history.lastChange
        problems = status.supervisor.healthProblems
        refusals = status.listeners.refusals
        time = Date().timeIntervalSince1970
        suspendAwareTime = SuspendAwareClock.now
        samples = history.samples(at: suspendAwareTime)
        events = recentEvents.entries
        let memory = Dictionary(
            snapshot.processes.compactMap { process in process.slot.map { ($0, process.usage.memory) } }
        ) { $1 }
        workers = status.supervisor.workers.map { worker in
            let account = children.account(of: worker, in: status.supervisor)
            return WorkerRow(
                slot: worker.id.slot, generation: worker.id.generation,
                pid: children.workers[worker.id]?.child.pid, state: worker.state.name,
                age: (snapshot.time - worker.started).seconds, responses: account.requests,
                connections: account.connections, inFlight: account.inFlight.count + account.unrecorded,
                p50: account.latency.quantile(0.5)?.seconds, p99: account.latency.quantile(0.99)?.seconds,
                memory: memory[worker.id.slot] ?? nil)
        }
    }

    /// Of a time by `SuspendAwareClock`. A clock that was set meanwhile does not move what is in the picture.
    private func date(_ moment: Duration) -> Double {
        ((time - (suspendAwareTime - moment).signedSeconds) * 1000).rounded() / 1000
    }
}

// MARK: - JSON

extension DashboardReport: Encodable {
    var json: [UInt8] { Array(ReportJSON.text(self).utf8) }

    private enum Key: String, CodingKey {
        case time, version, pid, state, started, generation, targetWorkers, readyWorkers, responses, lostWorkers
        case lastChange, healthProblems, problem, workers, unreachable, address, reason, queue, length, limit
        case slot, age, memory, samples, start, end, p50, p90, p99, receivedBytes, sentBytes, inFlight, connections
        case masterMemory, workersMemory, masterCPU = "masterCpu", workersCPU = "workersCpu"
        case events, level, kind, text, worker, routes, method, route
    }

    /// `1xx` to `5xx`.
    private struct StatusClass: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(index: Int) { stringValue = "\(index + 1)xx" }
        init?(stringValue: String) { nil }
        init?(intValue: Int) { nil }
    }

    func encode(to encoder: any Encoder) throws {
        var report = encoder.container(keyedBy: Key.self)
        try report.encode(time, forKey: .time)
        try report.encode(version, forKey: .version)
        try report.encode(pid, forKey: .pid)
        try report.encode(state, forKey: .state)
        try report.encode(snapshot.startTime, forKey: .started)
        try report.encode(snapshot.generation, forKey: .generation)
        try report.encode(snapshot.target, forKey: .targetWorkers)
        try report.encode(readyWorkers, forKey: .readyWorkers)
        try report.encode(snapshot.responses.reduce(0, UInt64.addingClamped), forKey: .responses)
        try report.encode(lostWorkers, forKey: .lostWorkers)
        try report.encode(lastChange, forKey: .lastChange)
        try report.encode(refusals.map { ["address": "\($0.address)", "reason": $0.reason] }, forKey: .unreachable)
        var list = report.nestedUnkeyedContainer(forKey: .healthProblems)
        for problem in problems {
            var object = list.nestedContainer(keyedBy: Key.self)
            try object.encode(problem.text, forKey: .problem)
            try object.encode(problem.workers, forKey: .workers)
        }
        let queues = snapshot.listeners.compactMap(\.queue)
        if queues.isEmpty {
            try report.encodeNil(forKey: .queue)
        } else {
            var object = report.nestedContainer(keyedBy: Key.self, forKey: .queue)
            try object.encode(queues.reduce(0) { $0 + $1.length }, forKey: .length)
            try object.encode(queues.reduce(0) { $0 + $1.limit }, forKey: .limit)
        }
        list = report.nestedUnkeyedContainer(forKey: .workers)
        for worker in workers {
            var object = list.nestedContainer(keyedBy: Key.self)
            try object.encode(worker.slot, forKey: .slot)
            try object.encode(worker.generation, forKey: .generation)
            try object.encode(worker.pid, forKey: .pid)
            try object.encode(worker.state, forKey: .state)
            try object.encode(worker.age, forKey: .age)
            try object.encode(worker.responses, forKey: .responses)
            try object.encode(worker.connections, forKey: .connections)
            try object.encode(worker.inFlight, forKey: .inFlight)
            try object.encode(worker.p50, forKey: .p50)
            try object.encode(worker.p99, forKey: .p99)
            try object.encode(worker.memory, forKey: .memory)
        }
        try encodeSamples(report.superEncoder(forKey: .samples))
        list = report.nestedUnkeyedContainer(forKey: .events)
        for event in events {
            var object = list.nestedContainer(keyedBy: Key.self)
            try object.encode(date(event.time), forKey: .time)
            try object.encode(event.level.rawValue, forKey: .level)
            try object.encode(event.kind, forKey: .kind)
            try object.encode(event.text, forKey: .text)
            try object.encode(event.worker?.slot, forKey: .worker)
            try object.encode(event.worker?.generation, forKey: .generation)
        }
        list = report.nestedUnkeyedContainer(forKey: .routes)
        for route in snapshot.routes where route.totals.count > 0 { try encode(route, list.superEncoder()) }
    }

    /// A column for each value: without a name in every sample, the text is a third as long.
    private func encodeSamples(_ encoder: any Encoder) throws {
        var columns = encoder.container(keyedBy: Key.self)
        try columns.encode(samples.map { date($0.start) }, forKey: .start)
        try columns.encode(samples.map { date($0.end) }, forKey: .end)
        try columns.encode(samples.map(\.p50?.seconds), forKey: .p50)
        try columns.encode(samples.map(\.p90?.seconds), forKey: .p90)
        try columns.encode(samples.map(\.p99?.seconds), forKey: .p99)
        try columns.encode(samples.map(\.receivedBytes), forKey: .receivedBytes)
        try columns.encode(samples.map(\.sentBytes), forKey: .sentBytes)
        try columns.encode(samples.map(\.inFlight), forKey: .inFlight)
        try columns.encode(samples.map(\.connections), forKey: .connections)
        try columns.encode(samples.map(\.readyWorkers), forKey: .readyWorkers)
        try columns.encode(samples.map(\.targetWorkers), forKey: .targetWorkers)
        try columns.encode(samples.map(\.masterMemory), forKey: .masterMemory)
        try columns.encode(samples.map(\.workersMemory), forKey: .workersMemory)
        try columns.encode(samples.map(\.masterCPU.seconds), forKey: .masterCPU)
        try columns.encode(samples.map(\.workersCPU.seconds), forKey: .workersCPU)
        var classes = encoder.container(keyedBy: StatusClass.self)
        for index in 0..<RequestTotals.statusClasses {
            try classes.encode(samples.map { $0.responses[index] }, forKey: StatusClass(index: index))
        }
    }

    private func encode(_ route: MetricsSnapshot.RouteSample, _ encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: Key.self)
        try object.encode(route.method, forKey: .method)
        try object.encode(route.route, forKey: .route)
        try object.encode(route.totals.count, forKey: .responses)
        try object.encode(route.totals.latency.quantile(0.5)?.seconds, forKey: .p50)
        try object.encode(route.totals.latency.quantile(0.99)?.seconds, forKey: .p99)
        var classes = encoder.container(keyedBy: StatusClass.self)
        for index in [3, 4] { try classes.encode(route.totals.classes[index], forKey: StatusClass(index: index)) }
    }
}

extension History.Measurement {
    init(_ snapshot: MetricsSnapshot, readyWorkers: Int) {
        responses = snapshot.responses
        for route in snapshot.routes { latency += route.totals.latency }
        receivedBytes = snapshot.counters.receivedBytes
        sentBytes = snapshot.counters.sentBytes
        inFlight = snapshot.workers.reduce(0) { $0 + $1.gauges.requests }
        connections = snapshot.workers.reduce(0) { $0 + $1.gauges.connections }
        self.readyWorkers = readyWorkers
        targetWorkers = snapshot.target
        for process in snapshot.processes {
            if process.slot == nil {
                masterMemory += process.usage.memory ?? 0
                masterCPU += process.usage.processorTime
            } else {
                workersMemory += process.usage.memory ?? 0
            }
        }
        workersCPU = snapshot.processorTimes.values.reduce(.zero, +)
    }
}

extension MetricsSnapshot {
    /// By class of status: 1xx to 5xx.
    fileprivate var responses: [UInt64] {
        routes.reduce(into: Array(repeating: 0, count: RequestTotals.statusClasses)) { sums, route in
            for index in sums.indices { sums[index] = UInt64.addingClamped(sums[index], route.totals.classes[index]) }
        }
    }
}

extension Duration {
    /// May be below zero.
    fileprivate var signedSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}
