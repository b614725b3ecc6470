import Contract
import Supervisor

/// The stacks that clients of the control socket have asked for, while workers send them. A value: messages and the time
/// decide. Whatever a worker sends, a report is bounded in size and time.
struct StackReports {
    typealias AddressedReply = (client: Int, reply: ControlReply)

    private struct Report {
        let pid: Int32
        let deadline: Duration
        var clients: [(number: Int, asJSON: Bool)]
        var text = ""
    }

    /// A worker needs at most 2.5 s (CLinux/stacks.c).
    static let timeout = Duration.seconds(4)
    static let mostBytes = 1 << 20

    private var reports: [Worker.ID: Report] = [:]

    /// When the next report is late.
    var deadline: Duration? { reports.values.map(\.deadline).min() }

    /// Whether the worker is expected to send messages now.
    func isExpected(from id: Worker.ID) -> Bool { reports[id] != nil }

    /// - Returns: whether the worker must be asked; false if it is sending already.
    mutating func add(_ id: Worker.ID, pid: Int32, for client: Int, asJSON: Bool, at now: Duration) -> Bool {
        if reports[id] != nil {
            reports[id]?.clients.append((client, asJSON))
            return false
        }
        reports[id] = Report(pid: pid, deadline: now + Self.timeout, clients: [(client, asJSON)])
        return true
    }

    /// The client does not wait any more.
    mutating func remove(_ client: Int) {
        for id in reports.keys { reports[id]?.clients.removeAll { $0.number == client } }
    }

    /// - Parameter part: of `WorkerMessage.stacks`; empty at the end.
    mutating func receive(_ part: String, from id: Worker.ID) -> [AddressedReply] {
        guard var report = reports[id] else { return [] }
        if part.isEmpty { return finish(id, isComplete: true) }
        report.text += part
        reports[id] = report
        return report.text.utf8.count > Self.mostBytes ? finish(id, isComplete: false) : []
    }

    /// Those that are late get what there is.
    /// - Parameter state: of a process, as one letter (proc_pid_stat(5)).
    mutating func expire(at now: Duration, state: (_ pid: Int32) -> Character?) -> [AddressedReply] {
        reports.filter { $0.value.deadline <= now }.flatMap { id, report in
            guard report.text.isEmpty else { return finish(id, isComplete: false) }
            let isStopped = state(report.pid) == "T"
            let reason =
                isStopped
                ? "it is stopped (T); continue it with 'kill -CONT \(report.pid)'"
                : "the kernel does not wake any of its threads"
            return fail(
                id, "worker \(id.slot) (pid \(report.pid)) has not answered within \(Self.timeout.text): \(reason)")
        }
    }

    /// Its process has exited.
    mutating func exited(_ id: Worker.ID) -> [AddressedReply] {
        fail(id, "worker \(id.slot) has exited before it has sent its stacks; see the log")
    }

    /// Nobody will answer any more.
    mutating func failAll(_ reason: String) -> [AddressedReply] { reports.keys.flatMap { fail($0, reason) } }

    private mutating func fail(_ id: Worker.ID, _ reason: String) -> [AddressedReply] {
        (reports.removeValue(forKey: id)?.clients ?? []).map { ($0.number, .failure(reason)) }
    }

    private mutating func finish(_ id: Worker.ID, isComplete: Bool) -> [AddressedReply] {
        guard let report = reports.removeValue(forKey: id) else { return [] }
        let stacks = ThreadStacks(report.text, of: id, pid: report.pid, isComplete: isComplete)
        return report.clients.map { ($0.number, .success($0.asJSON ? ReportJSON.text(stacks) : stacks.text)) }
    }
}

/// The stacks of a worker's threads, as it has sent them.
struct ThreadStacks: Encodable, Equatable {
    struct Entry: Encodable, Equatable {
        /// Without its stack: its name, or why there is no stack.
        let thread: String
        var frames: [String] = []
    }

    let worker: Int
    let generation: Int
    let pid: Int32
    /// False if the worker took too long, or sent too much.
    let complete: Bool
    let threads: [Entry]

    /// - Parameter text: a line for each thread, followed by indented lines for its frames.
    init(_ text: String, of id: Worker.ID, pid: Int32, isComplete: Bool) {
        worker = id.slot
        generation = id.generation
        self.pid = pid
        complete = isComplete
        var threads: [Entry] = []
        for line in text.split(separator: "\n") {
            if line.hasPrefix(" "), !threads.isEmpty {
                threads[threads.count - 1].frames.append(String(line.drop { $0 == " " }).visible)
            } else {
                threads.append(Entry(thread: String(line).visible))
            }
        }
        self.threads = threads
    }

    /// For a person at a terminal.
    var text: String {
        var lines = ["worker \(worker) of generation \(generation), pid \(pid)"]
        for (index, thread) in threads.enumerated() {
            lines.append(thread.thread)
            // Threads that wait at the same place share their frames.
            if index + 1 < threads.count, threads[index + 1].frames == thread.frames { continue }
            lines += thread.frames.map { "    \($0)" }
        }
        if !complete { lines.append("the rest has not come in time") }
        return lines.joined(separator: "\n")
    }
}
