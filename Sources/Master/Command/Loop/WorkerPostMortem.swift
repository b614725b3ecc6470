import Contract
import Linux
import Platform
import Supervisor

/// What the scoreboard still shows of a worker that has exited, taken before its slot is used again.
struct WorkerPostMortem {
    let account: Scoreboard.Slot.Account
    /// How many processes of the control group the kernel has killed for lack of memory since the last worker exited.
    let oomKills: Int
}

/// Requests in flight of one kind: the same method and target.
struct RequestsInFlight: Equatable {
    let method: String
    let target: String
    let count: Int
    /// When the first of them began.
    let started: Duration
    /// Of the oldest few.
    let ids: [String]
    /// The trace of the first.
    let trace: String?

    /// Of so many requests of a kind the log has the ids.
    private static let mostIDs = 8

    /// Of so many kinds the log names each; of more, the oldest and the newest, one half each: who has stood still for
    /// long, and who has just come, and perhaps brought the end.
    static let mostKinds = 20

    /// - Parameter requests: the oldest first.
    /// - Returns: what to name, and how many requests are left over.
    static func kinds(of requests: [InFlightRequest]) -> (named: [RequestsInFlight], others: Int) {
        var indices: [[String]: Int] = [:]
        var kinds: [RequestsInFlight] = []
        for request in requests {
            let key = [request.method, request.target]
            if let index = indices[key] {
                let kind = kinds[index]
                kinds[index] = RequestsInFlight(
                    method: kind.method, target: kind.target, count: kind.count + 1, started: kind.started,
                    ids: kind.ids.count < mostIDs ? kind.ids + [request.id] : kind.ids, trace: kind.trace)
            } else {
                indices[key] = kinds.count
                kinds.append(
                    RequestsInFlight(
                        method: request.method, target: request.target, count: 1, started: request.started,
                        ids: [request.id], trace: request.trace))
            }
        }
        guard kinds.count > mostKinds else { return (kinds, 0) }
        let named = kinds.prefix(mostKinds / 2) + kinds.suffix(mostKinds / 2)
        return (Array(named), requests.count - named.reduce(0) { $0 + $1.count })
    }

    /// - Parameter now: CLOCK_MONOTONIC.
    func text(at now: Duration) -> String {
        let age = max(.zero, now - started).text
        return count == 1 ? "\(method) \(target), \(age) old" : "\(count) times \(method) \(target), up to \(age) old"
    }
}

/// What workers that have exited have done: totals never go back.
struct Totals: Equatable, Codable {
    var requests: UInt64 = 0
    /// Of these, with a 5xx. Older builds have none.
    var serverErrors: UInt64? = 0
    var latency = LatencyHistogram()
    /// Workers that exited and were not told to.
    var lostWorkers = 0

    mutating func add(_ account: Scoreboard.Slot.Account) {
        requests = .addingClamped(requests, account.requests)
        serverErrors = .addingClamped(serverErrors ?? 0, account.serverErrors)
        latency += account.latency
    }
}

/// What the master remembers of the past, for the status.
struct ServerHistory {
    private(set) var totals = Totals()
    /// How the last reload or upgrade ended.
    private(set) var lastChange: String?
    /// How the last worker exited that nobody had told to.
    private(set) var lastLoss: String?
    /// How many did, by slot, since this image of the master has run.
    private(set) var losses: [Int: Int] = [:]
    private var oomKills = ControlGroup.oomKills ?? 0

    init() {}

    init(resuming totals: Totals, lastChange: String?, lastLoss: String?) {
        self.totals = totals
        self.lastChange = lastChange
        self.lastLoss = lastLoss
    }

    /// A worker has exited, and its account is final.
    mutating func postMortem(_ account: Scoreboard.Slot.Account) -> WorkerPostMortem {
        let kills = ControlGroup.oomKills ?? oomKills
        defer { oomKills = kills }
        totals.add(account)
        return WorkerPostMortem(account: account, oomKills: kills - oomKills)
    }

    mutating func workerLost(_ id: Worker.ID, _ text: String) {
        totals.lostWorkers += 1
        losses[id.slot, default: 0] += 1
        lastLoss = "worker \(id.slot) of generation \(id.generation): \(text)"
    }

    mutating func changed(_ text: String) {
        lastChange = text
    }
}
