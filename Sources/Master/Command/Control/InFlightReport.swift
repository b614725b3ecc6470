import Contract
import FoundationEssentials
import Supervisor

/// The requests that all workers handle now, as `brigade inflight` shows them.
struct InFlightReport {
    struct Entry {
        let worker: Worker.ID
        let pid: Int32?
        let request: InFlightRequest
    }

    /// However many somebody asks for.
    static let most = 1000

    /// The oldest comes first.
    let entries: [Entry]
    /// How many there are besides, newer ones or without an entry on the scoreboard.
    let others: Int
    let now: Duration

    /// - Parameters:
    ///   - limit: how many to name.
    ///   - unrecorded: requests in flight that no entry names.
    init(_ all: [Entry], limit: Int, unrecorded: Int, now: Duration) {
        let limit = min(max(0, limit), Self.most)
        entries = Array(all.sorted { $0.request.started < $1.request.started }.prefix(limit))
        others = all.count - entries.count + unrecorded
        self.now = now
    }

    /// For a person at a terminal.
    var text: String {
        guard !entries.isEmpty else {
            return others == 0 ? "no requests in flight" : "\(others) requests in flight"
        }
        let rows = entries.map { entry in
            [
                "\(entry.worker.slot)", "\(entry.worker.generation)", age(of: entry).text, entry.request.method,
                entry.request.target, entry.request.id,
            ]
        }
        var lines = TextTable.lines([["worker", "gen", "age", "method", "target", "id"]] + rows)
        if others > 0 { lines.append("and \(others) more") }
        return lines.joined(separator: "\n")
    }

    private func age(of entry: Entry) -> Duration { max(.zero, now - entry.request.started) }
}

extension InFlightReport: Encodable {
    private enum Key: CodingKey {
        case requests, others, worker, generation, pid, age, method, target, id, trace
    }

    func encode(to encoder: any Encoder) throws {
        var report = encoder.container(keyedBy: Key.self)
        try report.encode(others, forKey: .others)
        var list = report.nestedUnkeyedContainer(forKey: .requests)
        for entry in entries {
            var object = list.nestedContainer(keyedBy: Key.self)
            try object.encode(entry.worker.slot, forKey: .worker)
            try object.encode(entry.worker.generation, forKey: .generation)
            try object.encode(entry.pid, forKey: .pid)
            try object.encode(age(of: entry).seconds, forKey: .age)
            try object.encode(entry.request.method, forKey: .method)
            try object.encode(entry.request.target, forKey: .target)
            try object.encode(entry.request.id, forKey: .id)
            try object.encode(entry.request.trace, forKey: .trace)
        }
    }
}
