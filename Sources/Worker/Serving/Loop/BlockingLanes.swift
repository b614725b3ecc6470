import Messages

/// Which job a free thread of the blocking pool takes: jobs of one operation in their order, operations in turn, and of
/// none more at once than it may have. The last threads are for operations that have none: two that wait for the same thing
/// do not take all. A value; times in nanoseconds.
///
/// A thread comes for a job only when it is told to (`true`), so that nobody turns round for jobs that have to wait.
struct BlockingLanes {
    typealias Job = BlockingPool.Job

    /// An operation whose work waits and does not go on.
    struct Stall: Equatable {
        let operation: String
        let waiting: Int
        /// Nanoseconds.
        let silence: UInt64
        /// Who holds how many threads.
        let holders: [String: Int]

        /// `fetch_ideas:6,create_recipe:2`.
        var words: String {
            holders.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key):\($0.value)" }
                .joined(separator: ",")
        }
    }

    /// What is to be said of an operation, once each.
    enum News: Equatable {
        case stalls(Stall)
        case goesOn(operation: String)
    }

    private struct Lane {
        let operation: BlockingOperation
        let limit: Int
        /// Whether its author has said how many threads it may have.
        let isGiven: Bool
        var waiting = TurnQueue<Job>()
        var running: [Job] = []
        /// Threads that have been told to come for one of its jobs.
        var called = 0
        /// When a thread last took or finished one of its jobs, or the first came that waits.
        var moved: UInt64 = 0
        var isToldToStall = false

        /// Threads that it has, or is about to have.
        var engaged: Int { running.count + called }

        /// Of its running jobs; 0 when there is none, nil when one has no deadline.
        var lastDeadline: UInt64? {
            var last: UInt64 = 0
            for job in running {
                guard let deadline = job.deadline else { return nil }
                last = max(last, deadline)
            }
            return last
        }
    }

    /// Lanes that are kept although they are empty: to make one anew costs more than its job, and each is looked at.
    private static let mostKept = 32

    private let threads: Int
    /// So many threads are left to operations that have none.
    private let reserve: Int
    /// Threads that have a job or are called for one.
    private var engaged = 0
    /// Changed where they stand: a copy of one would copy all that waits in it.
    private var lanes: [Lane] = []
    /// An operation for each thread that is called.
    private var calls = TurnQueue<ObjectIdentifier>()
    private(set) var waiting = 0

    init(threads: Int) {
        self.threads = threads
        reserve = max(1, threads / 4)
    }

    private func lane(of operation: BlockingOperation) -> Lane {
        let limit = max(1, min(threads, operation.threads ?? threads - reserve))
        return Lane(operation: operation, limit: limit, isGiven: operation.threads != nil)
    }

    private func index(of operation: ObjectIdentifier) -> Int? {
        lanes.firstIndex { ObjectIdentifier($0.operation) == operation }
    }

    // MARK: Jobs

    /// Whether a thread that comes finds a job.
    var mayBegin: Bool { calls.count > 0 }

    /// - Returns: whether a thread is to come.
    mutating func append(_ job: Job, at now: UInt64) -> Bool {
        let index: Int
        if let known = self.index(of: ObjectIdentifier(job.operation)) {
            index = known
        } else {
            index = lanes.count
            lanes.append(lane(of: job.operation))
        }
        if lanes[index].waiting.count == 0 { lanes[index].moved = now }
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
            // This thread may come for another one.
            _ = callNext()
        }
        return nil
    }

    private mutating func take(_ index: Int, at now: UInt64) -> Job? {
        lanes[index].called -= 1
        guard let job = lanes[index].waiting.popFirst() else { return nil }
        waiting -= 1
        lanes[index].running.append(job)
        lanes[index].moved = now
        return job
    }

    /// - Returns: whether a thread is to come.
    @discardableResult
    mutating func finish(_ job: Job, at now: UInt64) -> Bool {
        guard let index = index(of: ObjectIdentifier(job.operation)) else { return false }
        if let place = lanes[index].running.firstIndex(where: { $0 === job }) { lanes[index].running.remove(at: place) }
        lanes[index].moved = now
        engaged -= 1
        if lanes.count > Self.mostKept { forget(index) }
        return waiting > 0 && callNext()
    }

    private mutating func forget(_ index: Int) {
        let lane = lanes[index]
        guard lane.engaged == 0, lane.waiting.count == 0, !lane.isToldToStall else { return }
        lanes.swapAt(index, lanes.count - 1)
        lanes.removeLast()
    }

    private func mayCall(_ lane: borrowing Lane) -> Bool {
        guard lane.waiting.count > lane.called, lane.engaged < lane.limit else { return false }
        return lane.engaged == 0 || lane.isGiven || engaged < threads - reserve
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

    /// Forgets those whose clients have gone: they must not keep others out.
    mutating func dropUnwanted() {
        waiting = 0
        for index in lanes.indices {
            lanes[index].waiting.filter(\.isWanted)
            waiting += lanes[index].waiting.count
        }
    }

    // MARK: How it goes

    /// Since when an operation whose work waits has all its threads, or all threads there are, with jobs whose requests
    /// are past their deadlines: time in which nobody waits for them. It may be yet to come; nil while there is none.
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
            if lane.running.count == lane.limit, lane.waiting.count > 0, let last { first = min(first ?? .max, last) }
        }
        guard running >= threads, let all else { return first }
        return min(first ?? .max, all)
    }

    /// - Parameter patience: how long work may wait while none of its operation goes on.
    /// - Returns: what is to be said that was not said before.
    mutating func look(at now: UInt64, patience: UInt64) -> [News] {
        var news: [News] = []
        let holders = lanes.reduce(into: [String: Int]()) { holders, lane in
            if !lane.running.isEmpty { holders[lane.operation.name, default: 0] += lane.running.count }
        }
        for (index, lane) in lanes.enumerated() {
            let stalls = lane.waiting.count > 0 && now > lane.moved && now - lane.moved >= patience
            if stalls == lane.isToldToStall { continue }
            if stalls {
                news.append(
                    .stalls(
                        Stall(
                            operation: lane.operation.name, waiting: lane.waiting.count, silence: now - lane.moved,
                            holders: holders)))
            } else {
                news.append(.goesOn(operation: lane.operation.name))
            }
            lanes[index].isToldToStall = stalls
        }
        return news
    }
}
