import Contract
import FoundationEssentials
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

        /// JSON names the oldest requests in flight, at most so many; the others are counted.
        static let maxNamedRequests = 100

        var inFlight: Int { account.inFlight.count + account.unrecorded }
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
    let latency: LatencyHistogram
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
    let workers: [WorkerStatus]
    let now: Duration

    /// For a person at a terminal.
    var text: String {
        var lines = [
            "\(state): \(ready) of \(target) workers ready, generation \(generation)",
            "master pid \(pid), up \(age.text), \(requests) \(requests == 1 ? "request" : "requests") answered, "
                + "\(lost) \(lost == 1 ? "worker" : "workers") lost",
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

    /// Three digits and a unit.
    private static func short(_ duration: Duration) -> String {
        let microseconds = duration.components.seconds * 1_000_000 + duration.components.attoseconds / 1_000_000_000_000
        if microseconds < 1000 { return "\(microseconds) us" }
        if microseconds < 1_000_000 { return "\(microseconds / 1000) ms" }
        return duration.text
    }
}

// MARK: - JSON

extension StatusReport: Encodable {
    /// On one line. Times are in seconds.
    var json: String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Every value is a text, a finite number or null.
        guard let data = try? encoder.encode(self) else { preconditionFailure("the status cannot be encoded") }
        return String(decoding: data, as: UTF8.self)
    }

    private enum Key: CodingKey {
        case state, pid, age, generation, target, ready, requests, lostWorkers, lastLoss, lastChange, prestart
        case unreachable, address, reason, healthProblems, problem, latency, p50, p99, workers, slot, connections,
            memory
        case inFlight, inFlightUnrecorded, method
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
        try object.encode(worker.memory, forKey: .memory)
        try encode(worker.account.latency, in: &object)
        let named = worker.account.inFlight.prefix(WorkerStatus.maxNamedRequests)
        try object.encode(worker.inFlight - named.count, forKey: .inFlightUnrecorded)
        var list = object.nestedUnkeyedContainer(forKey: .inFlight)
        for request in named {
            var entry = list.nestedContainer(keyedBy: Key.self)
            try entry.encode(request.method, forKey: .method)
            try entry.encode(request.target, forKey: .target)
            try entry.encode((now - request.started).seconds, forKey: .age)
        }
    }

    private func encode(_ latency: LatencyHistogram, in object: inout KeyedEncodingContainer<Key>) throws {
        var times = object.nestedContainer(keyedBy: Key.self, forKey: .latency)
        try times.encode(latency.quantile(0.5)?.seconds, forKey: .p50)
        try times.encode(latency.quantile(0.99)?.seconds, forKey: .p99)
    }
}

extension Duration {
    /// To the microsecond, and not below zero: clocks are read at different moments.
    var seconds: Double {
        let (seconds, attoseconds) = max(.zero, self).components
        return Double(seconds * 1_000_000 + attoseconds / 1_000_000_000_000) / 1_000_000
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
