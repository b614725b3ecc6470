import DequeModule
import Messages

/// Which job a free blocking thread takes: a value. Times in nanoseconds.
///
/// Each operation has a lane: its jobs run in order, and no more at once than it may have. Free threads go to the operation
/// that has the fewest. The last threads are for operations that have none, so that two stalled operations do not take all.
///
/// A thread comes for a job only when it is called (`true`), so that none wakes up for jobs that have to wait.
struct BlockingScheduler {
    typealias Job = BlockingPool.Job

    /// An operation whose jobs wait while none of them ends.
    struct Stall: Equatable {
        let operation: String
        let waiting: Int
        /// Nanoseconds since a job of the operation began or ended.
        let idleTime: UInt64
        /// How many threads each operation has.
        let holders: [String: Int]

        /// `fetch_ideas:6,create_recipe:2`.
        var holdersText: String {
            holders.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key):\($0.value)" }
                .joined(separator: ",")
        }
    }

    /// Reported once per stall.
    enum StallEvent: Equatable {
        case stalled(Stall)
        case resumed(operation: String)
    }

    private struct Lane {
        let operation: BlockingOperation
        let limit: Int
        /// Whether the author of the operation has set the limit.
        let hasOwnLimit: Bool
        var waiting = Deque<Job>()
        var running: [Job] = []
        /// Threads that have been called for one of its jobs.
        var called = 0
        /// When a thread last took or finished one of its jobs, or the first came that waits.
        var lastProgress: UInt64 = 0
        var isStallReported = false

        /// Threads that it has, or is about to have.
        var engaged: Int { running.count + called }

        /// Of its running jobs; 0 when there is none, nil when a job has no deadline.
        var lastDeadline: UInt64? {
            var last: UInt64 = 0
            for job in running {
                guard let deadline = job.deadline else { return nil }
                last = max(last, deadline)
            }
            return last
        }
    }

    /// Empty lanes that are kept: to make one costs more than its job, and each costs time to look at.
    private static let maxKept = 32

    private let threads: Int
    /// Threads that are left to operations that have none.
    private let reserve: Int
    /// Threads that have a job or are called for one.
    private var engaged = 0
    /// Changed in place: a copy of a lane would copy all that waits in it.
    private var lanes: [Lane] = []
    /// An operation for each thread that is called.
    private var calls = Deque<ObjectIdentifier>()
    private(set) var waiting = 0

    init(threads: Int) {
        self.threads = threads
        reserve = max(1, threads / 4)
    }

    private func makeLane(of operation: BlockingOperation) -> Lane {
        let limit = max(1, min(threads, operation.threads ?? threads - reserve))
        return Lane(operation: operation, limit: limit, hasOwnLimit: operation.threads != nil)
    }

    private func index(of operation: ObjectIdentifier) -> Int? {
        lanes.firstIndex { ObjectIdentifier($0.operation) == operation }
    }

    // MARK: Jobs

    /// Whether a thread that comes finds a job.
    var mayBegin: Bool { !calls.isEmpty }

    /// - Returns: whether a thread is called.
    mutating func append(_ job: Job, at now: UInt64) -> Bool {
        let index: Int
        if let known = self.index(of: ObjectIdentifier(job.operation)) {
            index = known
        } else {
            index = lanes.count
            lanes.append(makeLane(of: job.operation))
        }
        if lanes[index].waiting.isEmpty { lanes[index].lastProgress = now }
        lanes[index].waiting.append(job)
        waiting += 1
        guard mayCall(lanes[index]) else { return false }
        call(index)
        return true
    }

    /// - Returns: nil when the job that the thread was called for has been dropped, and no other may begin.
    mutating func take(at now: UInt64) -> Job? {
        while let operation = calls.popFirst() {
            if let index = index(of: operation), let job = take(index, at: now) { return job }
            engaged -= 1
            // This thread may come for another job.
            _ = callNext()
        }
        return nil
    }

    private mutating func take(_ index: Int, at now: UInt64) -> Job? {
        lanes[index].called -= 1
        guard let job = lanes[index].waiting.popFirst() else { return nil }
        waiting -= 1
        lanes[index].running.append(job)
        lanes[index].lastProgress = now
        return job
    }

    /// - Returns: whether a thread is called.
    @discardableResult
    mutating func finish(_ job: Job, at now: UInt64) -> Bool {
        guard let index = index(of: ObjectIdentifier(job.operation)) else { return false }
        if let place = lanes[index].running.firstIndex(where: { $0 === job }) { lanes[index].running.remove(at: place) }
        lanes[index].lastProgress = now
        engaged -= 1
        if lanes.count > Self.maxKept { removeIfUnused(index) }
        return waiting > 0 && callNext()
    }

    private mutating func removeIfUnused(_ index: Int) {
        let lane = lanes[index]
        guard lane.engaged == 0, lane.waiting.isEmpty, !lane.isStallReported else { return }
        lanes.swapAt(index, lanes.count - 1)
        lanes.removeLast()
    }

    private func mayCall(_ lane: borrowing Lane) -> Bool {
        guard lane.waiting.count > lane.called, lane.engaged < lane.limit else { return false }
        return lane.engaged == 0 || lane.hasOwnLimit || engaged < threads - reserve
    }

    private mutating func call(_ index: Int) {
        lanes[index].called += 1
        engaged += 1
        calls.append(ObjectIdentifier(lanes[index].operation))
    }

    /// A thread is free: it is called for the operation that has the fewest.
    private mutating func callNext() -> Bool {
        var next: Int?
        for index in lanes.indices where mayCall(lanes[index]) {
            if let known = next, lanes[known].engaged <= lanes[index].engaged { continue }
            next = index
        }
        guard let next else { return false }
        call(next)
        return true
    }

    /// Drops the jobs whose clients have gone: they must not keep others out.
    mutating func dropCancelled() {
        waiting = 0
        for index in lanes.indices {
            lanes[index].waiting.removeAll(where: \.isCancelled)
            waiting += lanes[index].waiting.count
        }
    }

    // MARK: Stalls

    /// Since when an operation whose jobs wait has all its threads, or all threads there are, with jobs whose requests are past
    /// their deadlines, so that nobody waits for them. It may be in the future; nil while there is none.
    ///
    /// Jobs without a deadline may take as long as they like: busy is not stuck.
    var overdue: UInt64? {
        if waiting == 0 { return nil }
        var first: UInt64?
        var all: UInt64? = 0
        var running = 0
        for lane in lanes where !lane.running.isEmpty {
            running += lane.running.count
            let last = lane.lastDeadline
            if let known = all { all = last.map { max(known, $0) } }
            if lane.running.count == lane.limit, !lane.waiting.isEmpty, let last { first = min(first ?? .max, last) }
        }
        guard running >= threads, let all else { return first }
        return min(first ?? .max, all)
    }

    /// - Parameter timeout: how long jobs may wait while none of their operation begins or ends.
    /// - Returns: what has not been returned before.
    mutating func stallEvents(at now: UInt64, timeout: UInt64) -> [StallEvent] {
        var events: [StallEvent] = []
        let holders = lanes.reduce(into: [String: Int]()) { holders, lane in
            if !lane.running.isEmpty { holders[lane.operation.name, default: 0] += lane.running.count }
        }
        for (index, lane) in lanes.enumerated() {
            let isStalled = !lane.waiting.isEmpty && now > lane.lastProgress && now - lane.lastProgress >= timeout
            if isStalled == lane.isStallReported { continue }
            if isStalled {
                events.append(
                    .stalled(
                        Stall(
                            operation: lane.operation.name, waiting: lane.waiting.count,
                            idleTime: now - lane.lastProgress, holders: holders)))
            } else {
                events.append(.resumed(operation: lane.operation.name))
            }
            lanes[index].isStallReported = isStalled
        }
        return events
    }
}
