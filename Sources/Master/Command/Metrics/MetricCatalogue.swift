import Contract
import Linux
import Platform
import Supervisor

/// Every metric of the server, in the order of the documentation. docs/metrics.md has a row for each.
///
/// Names follow OpenMetrics; those of requests and their labels are OpenTelemetry's semantic conventions for HTTP servers,
/// as Prometheus writes them.
enum MetricCatalogue {
    static let families = requests + connections + workers + changes + processes

    private static let method = "http_request_method"
    private static let route = "http_route"
    private static let statusClass = "http_response_status_class"
    static let worker = "worker"
    private static let process = "process"

    /// Whether a name is the server's, now or later.
    static func isReserved(_ name: String) -> Bool { ["brigade_", "http_server_"].contains { name.hasPrefix($0) } }

    /// The rows of docs/metrics.md.
    static let reference =
        "| name | kind | unit | labels | meaning |\n|---|---|---|---|---|\n"
        + families.map { family in
            let labels = family.labels.map { "`\($0)`" }.joined(separator: ", ")
            return "| `\(family.sampleName)` | \(family.kind) | \(family.unit ?? "") | \(labels) | \(family.help) |"
        }.joined(separator: "\n")

    // MARK: Requests

    private static let requests = [
        MetricFamily(
            "http_server_requests", .counter, labels: [method, route, statusClass],
            help: "Requests answered."
        ) { snapshot, text in
            for sample in snapshot.routes {
                // Prometheus misses the first request of a series that begins with 1. Nobody waits for a 1xx.
                for (index, count) in sample.totals.classes.enumerated() where index > 0 || count > 0 {
                    text.add(sample.method, sample.route, "\(index + 1)xx", value: count)
                }
            }
        },
        MetricFamily(
            "http_server_request_duration_seconds", .histogram, labels: [method, route],
            help: "Time from a request's complete head to its response."
        ) { snapshot, text in
            for sample in snapshot.routes {
                text.add(
                    sample.method, sample.route, latency: sample.totals.latency, nanoseconds: sample.totals.nanoseconds)
            }
        },
        MetricFamily(
            "http_server_active_requests", .gauge, labels: [worker], help: "Requests in flight."
        ) { snapshot, text in
            for sample in snapshot.workers { text.add(sample.slot, value: sample.gauges.requests) }
        },
    ]

    // MARK: Connections

    private static let connections = [
        MetricFamily("brigade_received_bytes", .counter, help: "Bytes read from clients.") { snapshot, text in
            text.add(value: snapshot.counters.receivedBytes)
        },
        MetricFamily("brigade_sent_bytes", .counter, help: "Bytes written to clients.") { snapshot, text in
            text.add(value: snapshot.counters.sentBytes)
        },
        MetricFamily("brigade_accepted_connections", .counter, help: "Connections accepted.") { snapshot, text in
            text.add(value: snapshot.counters.acceptedConnections)
        },
        MetricFamily("brigade_open_connections", .gauge, labels: [worker], help: "Connections open now.") {
            snapshot, text in
            for sample in snapshot.workers { text.add(sample.slot, value: sample.gauges.connections) }
        },
        MetricFamily(
            "brigade_accept_queue_length", .gauge, labels: ["listener"],
            help: "Connections that wait in a listening socket's queue."
        ) { snapshot, text in
            for listener in snapshot.listeners {
                if let queue = listener.queue { text.add("\(listener.address)", value: queue.length) }
            }
        },
        MetricFamily(
            "brigade_accept_queue_limit", .gauge, labels: ["listener"],
            help: "How many can wait there: the least of --backlog and net.core.somaxconn."
        ) { snapshot, text in
            for listener in snapshot.listeners {
                if let queue = listener.queue { text.add("\(listener.address)", value: queue.limit) }
            }
        },
        MetricFamily(
            "brigade_listener_up", .gauge, labels: ["listener"],
            help: "Whether clients can connect: 0 while a listening socket is broken."
        ) { snapshot, text in
            for listener in snapshot.listeners { text.add("\(listener.address)", value: listener.isReachable ? 1 : 0) }
        },
    ]

    // MARK: Workers

    private static let workers = [
        MetricFamily("brigade_workers", .gauge, labels: ["state"], help: "Workers by what they are doing.") {
            snapshot, text in
            for (state, count) in snapshot.workersByState { text.add(state, value: count) }
        },
        MetricFamily("brigade_workers_target", .gauge, help: "How many workers are wanted.") { snapshot, text in
            text.add(value: snapshot.target)
        },
        MetricFamily("brigade_unhealthy_workers", .gauge, help: "Workers that report a health problem.") {
            snapshot, text in
            text.add(value: snapshot.unhealthy)
        },
        MetricFamily(
            "brigade_blocking_threads", .gauge, labels: [worker, "state"], help: "Threads for blocking handlers."
        ) { snapshot, text in
            for sample in snapshot.workers {
                let pool = sample.gauges.pool
                text.add(sample.slot, "busy", value: pool.busy)
                text.add(sample.slot, "idle", value: max(0, pool.threads - pool.busy))
            }
        },
        MetricFamily(
            "brigade_blocking_queue_length", .gauge, labels: [worker], help: "Blocking work that waits for a thread."
        ) { snapshot, text in
            for sample in snapshot.workers {
                text.add(sample.slot, value: sample.gauges.pool.queued)
            }
        },
        MetricFamily("brigade_worker_starts", .counter, help: "Workers started.") { snapshot, text in
            text.add(value: snapshot.events.workerStarts)
        },
        MetricFamily(
            "brigade_worker_exits", .counter, labels: ["cause"],
            help: "Workers that have exited, by cause: drained (as told), recycled (it asked for its replacement), "
                + "killed (by the master, at a stop), boot (it did not start), stuck, signal (of somebody else), code "
                + "(it exited by itself)."
        ) { snapshot, text in
            text.add(snapshot.events.workerExits)
        },
        MetricFamily(
            "brigade_worker_restarts", .counter, help: "Replacements of workers that nobody had told to exit."
        ) { snapshot, text in
            text.add(value: snapshot.events.workerRestarts)
        },
        MetricFamily(
            "brigade_worker_recycles", .counter, labels: ["reason"],
            help: "Workers that were replaced while they served, by reason: requested (by the worker, as at "
                + "--max-requests), memory (--max-worker-memory), listener (it held a socket that was replaced), "
                + "operator (brigade workers drain)."
        ) { snapshot, text in
            text.add(snapshot.events.recycles)
        },
    ]

    // MARK: Changes

    private static let changes = [
        MetricFamily("brigade_generation", .gauge, help: "The generation that serves: a reload makes the next.") {
            snapshot, text in
            text.add(value: snapshot.generation)
        },
        MetricFamily("brigade_reloads", .counter, labels: ["result"], help: "Reloads: success or failure.") {
            snapshot, text in
            text.add(snapshot.events.reloads)
        },
        MetricFamily(
            "brigade_upgrades", .counter, labels: ["result"], help: "Upgrades of the master (USR2): success or failure."
        ) { snapshot, text in
            text.add(snapshot.events.upgrades)
        },
        MetricFamily("brigade_prestarts", .counter, labels: ["result"], help: "Prestarts: success or failure.") {
            snapshot, text in
            text.add(snapshot.events.prestarts)
        },
        MetricFamily("brigade_prestart_duration_seconds", .gauge, help: "How long the last prestart took.") {
            snapshot, text in
            if let time = snapshot.events.prestartDuration { text.add(value: time) }
        },
        MetricFamily(
            "brigade_lost_log_lines", .counter, labels: [process],
            help:
                "Lines of logs that found no room: the log of the master, and the log and the access log of the workers."
        ) { snapshot, text in
            text.add("master", value: snapshot.lostLogLines)
            text.add("worker", value: snapshot.counters.lostLogLines)
        },
        MetricFamily("brigade_build", .info, labels: ["version", "swift"], help: "The build of the master.") {
            _, text in
            text.add(Version.text, Version.compiler, value: 1)
        },
        MetricFamily("brigade_start_time_seconds", .gauge, help: "When the server started, since 1970.") {
            snapshot, text in
            text.add(value: snapshot.startTime)
        },
    ]

    // MARK: Processes

    private static let processes = [
        MetricFamily(
            "brigade_process_cpu_seconds", .counter, labels: [process, worker],
            help: "Processor time of the master, and of all workers that a slot has had."
        ) { snapshot, text in
            for sample in snapshot.processes where sample.slot == nil {
                text.add("master", nil, value: sample.usage.processorTime)
            }
            for (slot, time) in snapshot.processorTimes.sorted(by: { $0.key < $1.key }) {
                text.add("worker", "\(slot)", value: time)
            }
        },
        MetricFamily(
            "brigade_process_memory_bytes", .gauge, labels: [process, worker],
            help:
                "Memory of the master and each worker: the proportional set size (PSS), in which shared pages count in part."
        ) { snapshot, text in
            for sample in snapshot.processes {
                if let bytes = sample.usage.memory { text.add(sample.kind, sample.worker, value: bytes) }
            }
        },
        MetricFamily(
            "brigade_process_open_fds", .gauge, labels: [process, worker],
            help: "Open descriptors of the master and each worker."
        ) { snapshot, text in
            for sample in snapshot.processes {
                if let count = sample.usage.descriptors { text.add(sample.kind, sample.worker, value: count) }
            }
        },
    ]
}

extension MetricsSnapshot.WorkerSample {
    fileprivate var slot: String { "\(id.slot)" }
}

extension MetricsSnapshot.ProcessSample {
    fileprivate var kind: String { slot == nil ? "master" : "worker" }
    fileprivate var worker: String? { slot.map { "\($0)" } }
}

extension Exposition {
    /// A sample for each value of the family's only label.
    fileprivate mutating func add(_ counts: [String: UInt64]) {
        for (label, count) in counts.sorted(by: { $0.key < $1.key }) { add(label, value: count) }
    }
}
