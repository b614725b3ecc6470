import Contract

/// The picture of `brigade top`: lines for a terminal of any size. A pure function of the model.
struct TopScreen {
    struct Line: Equatable {
        enum Style: Equatable {
            case plain, bold, heading, dim, warning, alert
        }

        var text: String
        var style = Style.plain
    }

    /// At most as many as the terminal has rows, none wider than its columns.
    let lines: [Line]

    /// - Parameter keys: whether to say what the keys do.
    init(_ model: TopModel, columns: Int, rows: Int, keys: Bool = true) {
        var head = Self.head(model, columns)
        let footer = keys ? [Self.footer(model, columns)] : []
        // Of a tiny terminal the first lines are seen.
        if rows < head.count + footer.count + 3 { head = Array(head.prefix(max(1, rows - footer.count - 3))) }
        let room = rows - head.count - footer.count
        let body = model.showsHelp ? Array(Self.help.prefix(max(0, room))) : Self.body(model, columns, max(0, room))
        let filler = [Line](repeating: Line(text: ""), count: keys ? max(0, room - body.count) : 0)
        lines = (head + body + filler + footer).prefix(max(0, rows)).map {
            Line(text: TerminalText.fit($0.text, columns), style: $0.style)
        }
    }

    // MARK: The server

    private static func head(_ model: TopModel, _ columns: Int) -> [Line] {
        guard let sample = model.sample else {
            return [Line(text: model.problem.map { "waiting for the server: \($0)" } ?? "brigade: asking the server")]
        }
        var first = [
            "brigade \(sample.state)", "\(sample.ready)/\(sample.target) workers", "generation \(sample.generation)",
            "up \(span(sample.age))", "pid \(sample.pid)",
        ]
        if sample.lostWorkers > 0 { first.insert("\(sample.lostWorkers) lost", at: 2) }
        if model.isPaused { first.insert("PAUSED", at: 1) }
        let queues = (sample.acceptQueues ?? []).map { "\($0.length)/\($0.limit)" }.joined(separator: " ")
        let inFlight = sample.workers.reduce(0) { $0 + $1.inFlightCount }
        let traffic = [
            "\(rate(model.totals.requests)) requests/s", "\(rate(model.totals.errors)) errors/s",
            "p50 \(time(model.totals.p50))", "p99 \(time(model.totals.p99))", "\(inFlight) in flight",
            queues.isEmpty ? nil : "queue \(queues)",
        ].compactMap(\.self)
        var load = ["CPU \(percent(model.totals.cpu))"]
        load.append("memory \(bytes(sample.workers.reduce(0) { $0 + ($1.memory ?? 0) }))")
        if let pool = sample.blockingPool {
            load.append("blocking pool \(pool.threads) threads, \(pool.busy) busy, \(pool.queued) queued")
        }
        var lines = [
            Line(text: joined(first, columns), style: sample.state == "serving" ? .bold : .warning),
            Line(text: joined(traffic, columns)), Line(text: joined(load, columns)),
        ]
        if let problem = model.problem {
            lines.insert(Line(text: "waiting for the server: \(problem)", style: .alert), at: 0)
        }
        if let prestart = sample.prestart {
            let text = "prestart of generation \(prestart.generation) is running, \(span(prestart.age)) old"
            lines.append(Line(text: text, style: .warning))
        }
        lines += sample.unreachable.map {
            Line(text: "\($0.address) is unreachable: \($0.reason)".visible, style: .alert)
        }
        lines += sample.healthProblems.map {
            Line(text: "health problem of \($0.workers) workers: \($0.problem)".visible, style: .alert)
        }
        return lines
    }

    /// As many parts as there is room for.
    private static func joined(_ parts: [String], _ columns: Int) -> String {
        var line = parts[0]
        for part in parts.dropFirst() where line.count + 2 + part.count <= columns { line += "  \(part)" }
        return line
    }

    // MARK: Tables

    private static func body(_ model: TopModel, _ columns: Int, _ room: Int) -> [Line] {
        guard let sample = model.sample else { return [] }
        let workers = model.workers
        let requests = model.requests
        let events = Array((sample.events ?? []).reversed())
        // Each section has a blank line before it and a heading. Workers come first, but leave the others a third.
        let wanted = [workers.count, requests.count, events.count].map { $0 == 0 ? 0 : $0 + 2 }
        var left = room
        let third = wanted[1] + wanted[2] == 0 ? 0 : min(room / 3, wanted[1] + wanted[2])
        let forWorkers = min(wanted[0], left - third)
        left -= forWorkers
        let half = min(wanted[2], max(left / 2, left - wanted[1]))
        let forRequests = min(wanted[1], left - half)
        left -= forRequests
        return workerLines(workers, model.order, columns, forWorkers)
            + section("SLOWEST REQUESTS IN FLIGHT", requestLines(requests, columns), columns, forRequests)
            + section("LAST EVENTS", events.map(line), columns, min(wanted[2], left))
    }

    private static func section(_ name: String, _ lines: [Line], _ columns: Int, _ room: Int) -> [Line] {
        // A heading without a line below it says nothing.
        guard room >= 3 else { return [] }
        return [Line(text: ""), heading(name, columns)] + lines.prefix(room - 2)
    }

    private static func heading(_ text: String, _ columns: Int) -> Line {
        Line(text: text + String(repeating: " ", count: max(0, columns - text.count)), style: .heading)
    }

    /// A column of the table of workers.
    private struct Column: Sendable {
        let name: String
        let width: Int
        /// Those with a high number are left out first where there is no room.
        let rank: Int
        var order: TopModel.Order?
        let text: @Sendable (TopModel.WorkerRow) -> String
    }

    private static let columns = [
        Column(name: "WORKER", width: 6, rank: 0, order: .slot) { "\($0.worker.slot)" },
        Column(name: "GEN", width: 3, rank: 6) { "\($0.worker.generation)" },
        Column(name: "PID", width: 7, rank: 12) { $0.worker.pid.map { "\($0)" } ?? "-" },
        Column(name: "STATE", width: 8, rank: 1) { $0.worker.state },
        Column(name: "AGE", width: 6, rank: 5) { span($0.worker.age) },
        Column(name: "CONN", width: 5, rank: 7) { "\($0.worker.connections)" },
        Column(name: "INFL", width: 4, rank: 3, order: .inFlight) { "\($0.worker.inFlightCount)" },
        Column(name: "REQ/S", width: 6, rank: 2, order: .requests) { rate($0.requests) },
        Column(name: "P50", width: 7, rank: 8) { time($0.p50) },
        Column(name: "P99", width: 7, rank: 4, order: .p99) { time($0.p99) },
        Column(name: "CPU", width: 5, rank: 2, order: .cpu) { $0.cpu.map(percent) ?? "-" },
        Column(name: "MEM", width: 7, rank: 2, order: .memory) { $0.worker.memory.map(bytes) ?? "-" },
        Column(name: "LOST", width: 4, rank: 9) { $0.worker.restarts.map { "\($0)" } ?? "-" },
        Column(name: "REQUESTS", width: 11, rank: 13) { "\($0.worker.requests)" },
    ]

    private static func workerLines(
        _ rows: [TopModel.WorkerRow], _ order: TopModel.Order, _ width: Int, _ room: Int
    ) -> [Line] {
        guard room >= 2 else { return [] }
        var shown = columns
        while shown.count > 1, shown.reduce(-1, { $0 + $1.width + 1 }) > width {
            let last = shown.max { $0.rank < $1.rank }!.rank
            shown.removeLast(where: { $0.rank == last })
        }
        func line(_ texts: [String]) -> String {
            zip(shown, texts).map { column, text in
                let blank = String(repeating: " ", count: max(0, column.width - text.count))
                return column.name == "STATE" ? text + blank : blank + text
            }.joined(separator: " ")
        }
        let names = shown.map { $0.order == order && order != .slot ? "*\($0.name)" : $0.name }
        let isSpaced = room > 2
        var lines = (isSpaced ? [Line(text: "")] : []) + [heading(line(names), width)]
        let places = room - lines.count
        let isCut = rows.count > places
        for row in rows.prefix(isCut ? places - 1 : places) {
            let style: Line.Style = row.worker.state == "ready" ? .plain : .warning
            lines.append(Line(text: line(shown.map { $0.text(row) }), style: style))
        }
        if isCut { lines.append(Line(text: "and \(rows.count - places + 1) workers more", style: .dim)) }
        return lines
    }

    private static func requestLines(
        _ requests: [(slot: Int, request: StatusSample.Request)], _ columns: Int
    ) -> [Line] {
        requests.map { slot, request in
            let age = span(request.age)
            var text = String(repeating: " ", count: max(0, 8 - age.count)) + age
            text += "  worker \(slot)  \(request.method) \(request.target)".visible
            let id = (request.id ?? "").visible
            if !id.isEmpty, text.count + 2 + id.count <= columns { text += "  \(id)" }
            return Line(text: text)
        }
    }

    private static func line(_ event: StatusSample.Event) -> Line {
        let age = span(event.age)
        var text = event.text
        if let worker = event.worker {
            let isNamed = text.hasPrefix("worker ")
            text = isNamed ? "worker \(worker) \(text.dropFirst("worker ".count))" : "worker \(worker): \(text)"
        }
        let style: Line.Style =
            switch event.level {
            case "error", "critical": .alert
            case "warning": .warning
            default: .plain
            }
        return Line(
            text: String(repeating: " ", count: max(0, 8 - age.count)) + age + "  \(text)".visible,
            style: style)
    }

    // MARK: Keys

    private static func footer(_ model: TopModel, _ columns: Int) -> Line {
        let keys = [
            "q quit", "h help", "space pause", "sort: w worker", "c CPU", "m mem", "r req", "p p99", "i infl",
        ]
        return Line(text: joined(keys, columns), style: .dim)
    }

    private static let help = [
        "", "q, Ctrl-C   quit", "space       pause, and go on", "h, ?        this help",
        "w           sort workers by number", "c           by CPU", "m           by memory (PSS)",
        "r           by requests per second", "p           by p99 latency", "i           by requests in flight", "",
        "Rates, latencies and CPU are those since the last refresh.",
        "LOST: how many workers with this number have exited unasked.",
        "queue: how many connections no worker has accepted, and how many can wait.",
    ].map { Line(text: $0) }

    // MARK: Numbers

    /// Seconds as a person says them, in at most six characters.
    static func span(_ seconds: Double) -> String {
        if seconds < 10 { return "\((seconds * 10).rounded(.down) / 10)s" }
        let whole = Int(min(seconds, 1e9))
        if whole < 100 { return "\(whole)s" }
        if whole < 6000 { return "\(whole / 60)m\(two(whole % 60))s" }
        if whole < 360_000 { return "\(whole / 3600)h\(two(whole / 60 % 60))m" }
        return "\(whole / 86_400)d\(two(whole / 3600 % 24))h"
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    private static func time(_ duration: Duration?) -> String { duration.map(StatusReport.short) ?? "-" }

    private static func rate(_ rate: Double) -> String { StatusReport.short(rate) }

    private static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded()))%" }

    private static func bytes(_ count: Int) -> String {
        count < 10 << 30 ? "\(count >> 20) MiB" : "\(count >> 30) GiB"
    }
}

extension Array {
    fileprivate mutating func removeLast(where matches: (Element) -> Bool) {
        if let index = lastIndex(where: matches) { remove(at: index) }
    }
}
