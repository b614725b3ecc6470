import Contract
import Supervisor

/// How a master and its workers are, at one moment.
struct StatusReport {
    struct WorkerLine {
        let id: Worker.ID
        let pid: Int32?
        let state: String
        let started: Duration
        let requests: UInt64
        let connections: Int
        let inFlight: [InFlightRequest]
        /// Requests in flight that found no room among the entries.
        let unrecorded: Int
        /// Bytes, by PSS.
        let memory: Int?
        let latency: LatencyHistogram
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
            json.member("latency") { Self.write(latency, to: &$0) }
            json.member("workers", each: workers) { json, worker in
                json.member("slot", worker.id.slot)
                json.member("generation", worker.id.generation)
                json.member("pid", worker.pid)
                json.member("state", worker.state)
                json.member("age", now - worker.started)
                json.member("requests", worker.requests)
                json.member("connections", worker.connections)
                json.member("memory", worker.memory)
                json.member("latency") { Self.write(worker.latency, to: &$0) }
                json.member("in_flight_unrecorded", worker.unrecorded)
                json.member("in_flight", each: worker.inFlight) { json, request in
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
        if let lastLoss { lines.append("last lost: \(lastLoss)") }
        if let lastChange { lines.append("last \(lastChange)") }
        let heads = ["worker", "gen", "pid", "state", "age", "requests", "connections", "in flight", "memory", "p99"]
        let rows = workers.map { worker in
            [
                "\(worker.id.slot)", "\(worker.id.generation)", worker.pid.map(String.init) ?? "-", worker.state,
                (now - worker.started).text, "\(worker.requests)", "\(worker.connections)",
                "\(worker.inFlight.count + worker.unrecorded)",
                worker.memory.map { "\($0 >> 20) MiB" } ?? "-", worker.latency.quantile(0.99).map(\.short) ?? "-",
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

extension Standing {
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
