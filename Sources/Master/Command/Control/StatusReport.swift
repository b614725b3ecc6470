import Contract
import Linux
import Supervisor

/// How a master and its workers are, at one moment.
struct StatusReport {
    struct WorkerLine {
        let id: Worker.ID
        let pid: Int32?
        let state: String
        let started: Duration
        let account: Scoreboard.Slot.Account
        /// Bytes, by PSS.
        let memory: Int?

        /// Of its requests in flight, no more are named than these, the oldest; the others are counted.
        static let mostNamed = 100

        var inFlight: Int { account.inFlight.count + account.unrecorded }
    }

    struct PrestartLine {
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
    /// Workers that ended and were not told to, ever.
    let lost: Int
    /// How the last of them ended.
    let lastLoss: String?
    /// How the last reload or upgrade went.
    let lastChange: String?
    /// The prestart that runs now.
    let prestart: PrestartLine?
    /// Addresses at which nobody can connect now, and why.
    let refusals: [(address: BindAddress, reason: String)]
    /// What workers say is wrong.
    let problems: [HealthProblem]
    let workers: [WorkerLine]
    let now: Duration

    var json: String {
        JSONText.object { json in
            json.member("state", state)
            json.member("pid", pid)
            json.member("age", age)
            json.member("generation", generation)
            json.member("target", target)
            json.member("ready", ready)
            json.member("requests", requests)
            json.member("lost_workers", lost)
            json.member("last_loss", lastLoss)
            json.member("last_change", lastChange)
            if let prestart {
                json.member("prestart") { json in
                    json.member("pid", prestart.pid)
                    json.member("generation", prestart.generation)
                    json.member("age", now - prestart.started)
                }
            } else {
                json.member("prestart", nil as String?)
            }
            json.member("unreachable", each: refusals) { json, refusal in
                json.member("address", "\(refusal.address)")
                json.member("reason", refusal.reason)
            }
            json.member("health_problems", each: problems) { json, problem in
                json.member("problem", problem.text)
                json.member("workers", problem.workers)
            }
            json.member("latency") { Self.write(latency, to: &$0) }
            json.member("workers", each: workers) { json, worker in
                json.member("slot", worker.id.slot)
                json.member("generation", worker.id.generation)
                json.member("pid", worker.pid)
                json.member("state", worker.state)
                json.member("age", now - worker.started)
                json.member("requests", worker.account.requests)
                json.member("connections", worker.account.connections)
                json.member("memory", worker.memory)
                json.member("latency") { Self.write(worker.account.latency, to: &$0) }
                let named = Array(worker.account.inFlight.prefix(WorkerLine.mostNamed))
                json.member("in_flight_unrecorded", worker.inFlight - named.count)
                json.member("in_flight", each: named) { json, request in
                    json.member("method", request.method)
                    json.member("target", request.target)
                    json.member("age", now - request.started)
                }
            }
        }
    }

    private static func write(_ latency: LatencyHistogram, to json: inout JSONText) {
        json.member("p50", latency.quantile(0.5))
        json.member("p99", latency.quantile(0.99))
    }

    /// For a person at a terminal.
    var text: String {
        var lines = [
            "\(state): \(ready) of \(target) workers ready, generation \(generation)",
            "master pid \(pid), up \(age.text), \(requests) \(requests == 1 ? "request" : "requests") answered, \(lost) \(lost == 1 ? "worker" : "workers") lost",
        ]
        if let prestart {
            let age = (now - prestart.started).text
            lines.append("prestart of generation \(prestart.generation) runs: pid \(prestart.pid), \(age) old")
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
                worker.account.latency.quantile(0.99).map(\.short) ?? "-",
            ]
        }
        return (lines + Columns.aligned([heads] + rows)).joined(separator: "\n")
    }
}

extension Duration {
    /// Three digits and a unit.
    var short: String {
        let microseconds = components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
        if microseconds < 1000 { return "\(microseconds) us" }
        if microseconds < 1_000_000 { return "\(microseconds / 1000) ms" }
        return text
    }
}

extension Worker.State {
    /// One word.
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
