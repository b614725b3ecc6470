import Contract
import Glibc
import Linux
import Logging
import Platform
import Supervisor

/// What a master hands over when its executable is replaced.
struct MetricsState: Equatable, Codable {
    var totals = MetricTotals()
    var events = EventCounts()
    var history = Dispensable(History())
}

/// The metrics of a running server: what is counted all the time, and what is measured when somebody asks.
final class ServerMetrics {
    private(set) var state: MetricsState
    /// Seconds since 1970.
    private let startTime: Int
    /// Whoever has asked, and waits until the memory of all processes was measured once.
    private var waiting: [(client: Int, request: HTTPRequest, page: MetricsPage)] = []

    /// When the history gets its next sample. CLOCK_MONOTONIC.
    private(set) var sampleDue = MonotonicClock.now

    /// Memory is measured again for the history's samples, and not for each scrape.
    private static let memoryLifetime = Duration.seconds(10)

    /// The places of workers' series in the registry, by their positions in the worker's part of the scoreboard. A series
    /// stays what it was when it was first seen.
    private var places: [Worker.ID: [Int]] = [:]

    /// What the log has said about the application's metrics.
    private var remarks: Set<String> = []
    private let log: Logger
    /// A worker that makes up names does not fill the log.
    private static let mostRemarks = 100

    /// - Parameter started: CLOCK_MONOTONIC.
    init(started: Duration, resuming state: MetricsState = MetricsState(), log: Logger) {
        self.state = state
        self.log = log
        if state.history.value?.isWellFormed != true { self.state.history = Dispensable(History()) }
        let age = (MonotonicClock.now - started).components.seconds
        startTime = time(nil) - Int(age)
    }

    // MARK: Counting

    func workerStarted() { state.events.workerStarted() }

    func handle(_ event: OperatorEvent) { state.events.handle(event) }

    /// A worker has ended, and was not reaped: the kernel still knows what it has used.
    func workerEnded(_ worker: Worker, pid: Int32, _ slot: Scoreboard.Slot) {
        let processorTime = ProcessStatus.processorTime(of: pid) ?? .zero
        state.totals.exited(worker.id, read(worker, slot).counters, processorTime: processorTime)
        places[worker.id] = nil
    }

    /// What a worker shows. Nothing that it has written is trusted.
    private func read(_ worker: Worker, _ slot: Scoreboard.Slot) -> (counters: WorkerCounters, gauges: [MetricSeries]) {
        var counters = WorkerCounters()
        counters.receivedBytes = slot.received
        counters.sentBytes = slot.sent
        counters.acceptedConnections = slot.accepted
        counters.lostLogLines = UInt64(slot.lostLogLines)
        var gauges: [MetricSeries] = []
        let mostAnswers = Scoreboard.Slot.mostAnswers(in: MonotonicClock.now - worker.started)
        slot.metrics.forEachSeries { position, kind, identity, words in
            let place = place(of: position, kind, worker.id, identity)
            guard state.totals.registry[place].kind == kind else { return }
            switch kind {
            case .gauge: gauges.append(MetricSeries(state.totals.registry[place], words: words))
            case .requests:
                let limited = words.dropLast().map { min($0, mostAnswers) } + words.suffix(1)
                counters.add(limited, of: kind, at: place)
            case .counter, .floatingPointCounter, .timer, .summary: counters.add(words, of: kind, at: place)
            }
        }
        return (counters, gauges)
    }

    private func place(
        of position: Int, _ kind: MetricSeries.Kind, _ id: Worker.ID, _ identity: () -> MetricSeries.Identity?
    ) -> Int {
        if let known = places[id], position < known.count { return known[position] }
        let place = state.totals.registry.place(of: identity() ?? .overflow(kind))
        places[id, default: []].append(place)
        return place
    }

    // MARK: Serving

    /// Whether the master must come back at once: somebody waits, and the next process is to be measured.
    var isMeasuring: Bool { !waiting.isEmpty }

    /// Accepts, reads, measures at most one process, takes the history's sample, and answers. So no pass of the master's loop
    /// takes long.
    /// - Parameter readiness: of the server's `interests`.
    func serve(
        _ server: MetricsServer, _ readiness: [Poll.Readiness], _ status: ServerStatus, _ children: ChildProcesses,
        _ memory: inout ProcessMemoryCache, _ recentEvents: RecentEvents
    ) {
        let now = MonotonicClock.now
        for (client, request) in server.handle(readiness, at: now) {
            switch MetricsPage.route(request) {
            case .refused(let answer): server.answer(client, answer, at: now)
            case .page(let page): waiting.append((client, request, page))
            }
        }
        let isSampleDue = sampleDue <= now
        guard isMeasuring || isSampleDue else { return }
        let pids = [getpid()] + children.workers.values.map { $0.child.pid }
        guard !memory.measureNext(of: pids, within: isSampleDue ? Self.memoryLifetime : nil, at: now) else { return }
        let snapshot = snapshot(status, children, memory)
        if isSampleDue {
            sampleDue = now + History.interval
            state.history.value?.record(
                History.Measurement(snapshot, readyWorkers: status.supervisor.readyWorkers), at: SuspendAwareClock.now)
        }
        // Clients that ask for the same get the same.
        var answers: [[String]: HTTPAnswer] = [:]
        for (client, request, page) in waiting {
            let key = [page.rawValue, request.query ?? "", request["accept"] ?? ""]
            let answer =
                answers[key]
                ?? page.answer(
                    request, snapshot,
                    DashboardReport(snapshot, status, children, state.history.value ?? History(), recentEvents))
            answers[key] = answer
            server.answer(client, answer, at: now)
        }
        waiting = []
    }

    /// What is known now.
    private func snapshot(
        _ status: ServerStatus, _ children: ChildProcesses, _ memory: ProcessMemoryCache
    ) -> MetricsSnapshot {
        func usage(of pid: Int32) -> ProcessUsage? { ProcessUsage(of: pid, memory: memory.lastMemory(of: pid)) }
        let supervisor = status.supervisor
        let now = MonotonicClock.now
        var workers: [MetricsSnapshot.WorkerSample] = []
        var processes = usage(of: getpid()).map { [MetricsSnapshot.ProcessSample(slot: nil, usage: $0)] } ?? []
        var processorTimes: [Int: Duration] = [:]
        for worker in supervisor.workers {
            let slot = children.slot(of: worker)
            let reading = read(worker, slot)
            state.totals.read(reading.counters, of: worker.id)
            let gauges = WorkerGauges(
                connections: min(slot.connections, children.mostConnections(of: worker, in: supervisor)),
                requests: slot.activeRequests, pool: slot.pool, series: reading.gauges)
            workers.append(MetricsSnapshot.WorkerSample(id: worker.id, state: worker.state.name, gauges: gauges))
            guard let pid = children.workers[worker.id]?.child.pid, let usage = usage(of: pid) else { continue }
            processes.append(MetricsSnapshot.ProcessSample(slot: worker.id.slot, usage: usage))
            processorTimes[worker.id.slot] = usage.processorTime
        }
        let counters = state.totals.counters
        let totals = counters.series.sorted { $0.key < $1.key }.map {
            MetricSeries(state.totals.registry[$0.key], words: $0.value.words)
        }
        let application = ApplicationMetrics(
            totals.filter { $0.identity.kind != .requests }, gauges: workers.map { ($0.id.slot, $0.gauges.series) })
        for remark in application.remarks where remarks.count < Self.mostRemarks {
            if remarks.insert(remark).inserted { log.warning("\(remark)") }
        }
        let refused = Set(status.listeners.refusals.map { $0.address })
        return MetricsSnapshot(
            time: now, startTime: startTime, state: supervisor.state.name,
            generation: supervisor.generation, target: supervisor.target,
            unhealthy: supervisor.healthProblems.reduce(0) { $0 + $1.workers }, counters: counters,
            routes: Self.routes(totals), lostLogLines: LogOutput.lostLines,
            events: state.events, processorTimes: state.totals.processorTimes(running: processorTimes),
            workers: workers, processes: processes,
            listeners: status.listeners.all.map {
                MetricsSnapshot.ListenerSample(
                    address: $0.address, queue: AcceptQueue(of: $0.descriptor),
                    isReachable: !refused.contains($0.address))
            }, application: application.families)
    }

    private static func routes(_ totals: [MetricSeries]) -> [MetricsSnapshot.RouteSample] {
        totals.compactMap { series in
            guard let (method, route) = series.identity.route, let totals = series.requests else { return nil }
            return MetricsSnapshot.RouteSample(method: method, route: route, totals: totals)
        }.sorted { ($0.route, $0.method) < ($1.route, $1.method) }
    }
}
