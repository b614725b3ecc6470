import Contract

/// What `brigade top` knows and shows: samples of the server, what happened between two of them, and what the keys have chosen.
/// A value without a terminal or a clock.
struct TopModel {
    /// By what workers are sorted.
    enum Order: Character, CaseIterable {
        case slot = "w"
        case cpu = "c"
        case memory = "m"
        case requests = "r"
        case p99 = "p"
        case inFlight = "i"
    }

    /// What a key asks of the program.
    enum Action: Equatable {
        case none, redraw, quit, suspend
    }

    /// A worker, and what it did between the last two samples.
    struct WorkerRow: Equatable {
        let worker: StatusSample.Worker
        /// Per second.
        let requests: Double
        /// Nil if it has answered nothing.
        let p50: Duration?
        let p99: Duration?
        /// Of one processor; nil if it is not known.
        let cpu: Double?
    }

    /// What the server did between the last two samples.
    struct Totals: Equatable {
        var requests = 0.0
        var errors = 0.0
        var p50: Duration?
        var p99: Duration?
        /// Of the master and all workers.
        var cpu = 0.0
    }

    private(set) var order = Order.slot
    private(set) var isPaused = false
    private(set) var showsHelp = false
    /// Why there is nothing new; nil while the server answers.
    private(set) var problem: String?
    private(set) var sample: StatusSample?
    private(set) var totals = Totals()
    private var rows: [WorkerRow] = []
    private var sampledAt = Duration.zero

    /// - Parameter now: of any clock that never goes back.
    mutating func received(_ next: StatusSample, at now: Duration) {
        problem = nil
        guard !isPaused else { return }
        // Another server at the same socket begins to count anew.
        let last = sample.flatMap { $0.pid == next.pid && $0.requests <= next.requests ? $0 : nil }
        let seconds = (now - sampledAt) / .seconds(1)
        rows = next.workers.map { Self.row($0, last, seconds) }
        totals = Self.totals(next, last, seconds)
        totals.cpu += rows.reduce(0) { $0 + ($1.cpu ?? 0) }
        sample = next
        sampledAt = now
    }

    /// The server does not answer. What it said last stays on the screen.
    mutating func lost(_ reason: String) {
        problem = reason
    }

    /// The keys in what a terminal has sent, without those that are sequences of bytes, such as arrows (ECMA-48, section 5.4):
    /// they mean nothing here.
    static func keys(of bytes: some Collection<UInt8>) -> [UInt8] {
        var keys: [UInt8] = []
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            guard byte == 0x1b else {
                keys.append(byte)
                continue
            }
            switch rest.popFirst() {
            case UInt8(ascii: "["): rest = rest.drop { !(0x40...0x7e).contains($0) }.dropFirst()
            case UInt8(ascii: "O"): rest = rest.dropFirst()
            default: break
            }
        }
        return keys
    }

    mutating func press(_ key: UInt8) -> Action {
        switch Character(Unicode.Scalar(key)) {
        case "q", "Q", "\u{3}", "\u{4}": return .quit
        case "\u{1a}": return .suspend
        case " ": isPaused.toggle()
        case "h", "H", "?": showsHelp.toggle()
        case let key:
            guard let chosen = Order(rawValue: Character(key.lowercased())) else { return .none }
            order = chosen
        }
        return .redraw
    }

    /// The chosen one first, and equal ones by their number.
    var workers: [WorkerRow] {
        func value(_ row: WorkerRow) -> Double {
            switch order {
            case .slot: -Double(row.worker.slot)
            case .cpu: row.cpu ?? -1
            case .memory: Double(row.worker.memory ?? -1)
            case .requests: row.requests
            case .p99: row.p99.map { $0 / .seconds(1) } ?? -1
            case .inFlight: Double(row.worker.inFlightCount)
            }
        }
        return rows.sorted { (-value($0), $0.worker.slot) < (-value($1), $1.worker.slot) }
    }

    /// The oldest requests in flight over all workers first.
    var requests: [(slot: Int, request: StatusSample.Request)] {
        (sample?.workers ?? []).flatMap { worker in worker.inFlight.map { (worker.slot, $0) } }
            .sorted { $0.request.age > $1.request.age }
    }

    // MARK: Between two samples

    private static func row(_ worker: StatusSample.Worker, _ last: StatusSample?, _ seconds: Double) -> WorkerRow {
        // A worker that is new has begun to count at its start.
        let before = last?.workers.first { $0.slot == worker.slot && $0.pid == worker.pid }
        let seconds = before == nil ? worker.age : seconds
        let latency = growth(of: worker.latency, since: before?.latency)
        return WorkerRow(
            worker: worker, requests: rate(from: before?.requests ?? 0, to: worker.requests, seconds),
            p50: latency.quantile(0.5), p99: latency.quantile(0.99),
            cpu: worker.cpu.map { share(from: before?.cpu ?? 0, to: $0, seconds) })
    }

    private static func totals(_ next: StatusSample, _ last: StatusSample?, _ seconds: Double) -> Totals {
        let seconds = last == nil ? next.age : seconds
        let latency = growth(of: next.latency, since: last?.latency)
        return Totals(
            requests: rate(from: last?.requests ?? 0, to: next.requests, seconds),
            errors: rate(from: last?.serverErrors ?? 0, to: next.serverErrors ?? 0, seconds),
            p50: latency.quantile(0.5), p99: latency.quantile(0.99),
            cpu: next.cpu.map { share(from: last?.cpu ?? 0, to: $0, seconds) } ?? 0)
    }

    private static func rate(from old: UInt64, to new: UInt64, _ seconds: Double) -> Double {
        new > old && seconds > 0 ? Double(new - old) / seconds : 0
    }

    private static func share(from old: Double, to new: Double, _ seconds: Double) -> Double {
        seconds > 0 ? max(0, new - old) / seconds : 0
    }

    private static func growth(of new: StatusSample.Latency?, since old: StatusSample.Latency?) -> LatencyHistogram {
        var growth = new?.histogram ?? LatencyHistogram()
        let before = old?.histogram ?? LatencyHistogram()
        for index in growth.counts.indices {
            growth.counts[index] -= min(growth.counts[index], before.counts[index])
        }
        return growth
    }
}
