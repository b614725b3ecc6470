internal import CLinux
internal import Contract
internal import Linux
import DequeModule
import Glibc
import HeapModule

/// Something that the loop calls: when a descriptor is ready, at a time, or for more work.
@LoopActor protocol EventSource: AnyObject {
    /// The descriptor is ready.
    /// - Parameter events: EPOLLIN and its like.
    func ready(_ events: UInt32)

    /// A time that was scheduled has come, or an earlier one that is not needed any more.
    func deadlineReached()

    /// What `EventLoop.queue` asked for: the others have had their turn.
    func turnReached()
}

extension EventSource {
    /// For a source that never asks for a turn.
    func turnReached() {}
}

/// The one loop of a worker: waits for descriptors, times and messages of other threads, and calls their sources.
@LoopActor final class EventLoop {
    static let shared = EventLoop()

    /// Names a source; never used again for another.
    struct Token: Hashable {
        fileprivate let index: UInt32
        fileprivate let generation: UInt32

        fileprivate var bits: UInt64 { UInt64(generation) << 32 | UInt64(index) }

        fileprivate init(index: Int, generation: UInt32) {
            self.index = UInt32(index)
            self.generation = generation
        }

        fileprivate init(bits: UInt64) {
            index = UInt32(truncatingIfNeeded: bits)
            generation = UInt32(truncatingIfNeeded: bits >> 32)
        }
    }

    private struct Registration {
        var source: (any EventSource)?
        var generation: UInt32 = 0
    }

    private struct Deadline: Comparable {
        let time: UInt64
        let token: Token

        static func < (one: Deadline, other: Deadline) -> Bool { one.time < other.time }
        static func == (one: Deadline, other: Deadline) -> Bool { one.time == other.time }
    }

    /// Waiting ends at least this often, so that the ticks on the scoreboard tell an idle loop from a stuck one.
    private static let maxWait: UInt64 = 1_000_000_000
    private static let readBufferSize = 64 << 10
    private static let maxEvents = 256
    /// Nanoseconds for queued sources in one pass, before the descriptors are looked at again: a client that has asked for
    /// little waits about that long. After as long with ready descriptors, a pass is late.
    private static let maxSlice: UInt64 = 2_000_000
    private static let wakeToken = UInt64.max

    /// For a source that reads a socket now; its content does not outlive the call.
    let readBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: readBufferSize, alignment: 64)
    /// Called at each pass with its time.
    var onPass: ((UInt64) -> Void)?
    /// Called before messages of other threads are handled.
    var onMessages: (() -> Void)?
    /// Called at the end of each pass.
    var onPassEnd: (() -> Void)?

    // These five are used several times per request, and not checked at run time: nothing is called while one is read or
    // set that comes back here.
    @exclusivity(unchecked) private(set) var time = LoopTime(nanoseconds: MonotonicClock.nanoseconds)
    @exclusivity(unchecked) private var registrations: [Registration] = []
    @exclusivity(unchecked) private var queued = Deque<Token>()
    @exclusivity(unchecked) private var lateAfter: UInt64 = 0
    @exclusivity(unchecked) private var deadlines = Heap<Deadline>()
    private let epoll: Int32
    private var freeIndices: [Int] = []
    /// Empty; its memory is used for the next messages that are taken.
    private var messages: [LoopExecutor.Message] = []

    private init() {
        epoll = HostResources.descriptor("epoll_create1") { epoll_create1(Int32(EPOLL_CLOEXEC)) }
        let wake = LoopExecutor.shared.wakeDescriptor
        let edges = EPOLLIN.rawValue | EPOLLET.rawValue
        let result = brigade_epoll_control(epoll, EPOLL_CTL_ADD, wake, edges, Self.wakeToken)
        if result != 0 { HostResources.exit(because: SystemError("epoll_ctl")) }
    }

    /// Whether this pass has lasted so long that each source that is still ready gets a short turn.
    var isLate: Bool { time.nanoseconds >= lateAfter }

    /// Reads the clock: for work that follows other work of the same pass.
    func updateTime() {
        time.nanoseconds = MonotonicClock.nanoseconds
    }

    // MARK: Sources

    /// Registers a source, and keeps it until `remove`.
    func add(_ source: any EventSource) -> Token {
        let index: Int
        if let free = freeIndices.popLast() {
            index = free
        } else {
            index = registrations.count
            registrations.append(Registration())
        }
        registrations[index].source = source
        return Token(index: index, generation: registrations[index].generation)
    }

    /// Its descriptor is unwatched when it is closed.
    func remove(_ token: Token) {
        guard source(token) != nil else { return }
        let index = Int(token.index)
        // Destroyed when the access is over.
        _ = registrations[index].source.take()
        registrations[index].generation &+= 1
        freeIndices.append(index)
    }

    func watch(_ descriptor: Int32, for events: UInt32, _ token: Token) throws(SystemError) {
        _ = try check("epoll_ctl") {
            brigade_epoll_control(epoll, EPOLL_CTL_ADD, descriptor, events, token.bits)
        }
    }

    func changeWatch(_ descriptor: Int32, for events: UInt32, _ token: Token) {
        let result = brigade_epoll_control(epoll, EPOLL_CTL_MOD, descriptor, events, token.bits)
        precondition(result == 0, "a watched descriptor was closed by other code")
    }

    /// For a descriptor that stays open, or is closed by other code, which may have closed it already.
    func unwatch(_ descriptor: Int32) {
        _ = brigade_epoll_control(epoll, EPOLL_CTL_DEL, descriptor, 0, 0)
    }

    /// Calls the source's `deadlineReached` at a time of CLOCK_MONOTONIC. It cannot be taken back.
    func schedule(_ token: Token, at time: UInt64) {
        deadlines.insert(Deadline(time: time, token: token))
    }

    /// Calls the source's `turnReached` once, after ready descriptors have been served, and after the sources that asked
    /// before.
    func queue(_ token: Token) {
        queued.append(token)
    }

    private func source(_ token: Token) -> (any EventSource)? {
        let index = Int(token.index)
        guard index < registrations.count, registrations[index].generation == token.generation else { return nil }
        return registrations[index].source
    }

    // MARK: Passes

    func run() -> Never {
        let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: Self.maxEvents)
        while true { pass(events) }
    }

    private func pass(_ events: UnsafeMutablePointer<epoll_event>) {
        let nextDeadline = deadlines.min?.time
        var timeout = timeout(until: nextDeadline)
        if timeout > 0, !LoopExecutor.shared.fallAsleep() { timeout = 0 }
        let count = epoll_wait(epoll, events, Int32(Self.maxEvents), timeout)
        LoopExecutor.shared.awake()
        let start = beginPass()
        for index in 0..<max(0, Int(count)) {
            let bits = brigade_epoll_token(events + index)
            if bits == Self.wakeToken { continue }
            source(Token(bits: bits))?.ready(brigade_epoll_events(events + index))
        }
        if LoopExecutor.shared.hasMessages { handleMessages() }
        if let nextDeadline, nextDeadline <= start { runDeadlines(until: start) }
        LoopExecutor.shared.runJobs()
        if !queued.isEmpty { runQueued() }
        onPassEnd?()
    }

    /// One turn each for the sources that have work left, for a while: the rest go first in the next pass.
    private func runQueued() {
        updateTime()
        lateAfter = time.nanoseconds + Self.maxSlice
        var waiting = queued.count
        while waiting > 0, !isLate, let token = queued.popFirst() {
            waiting -= 1
            source(token)?.turnReached()
            updateTime()
        }
    }

    /// Deadlines that had come when the pass began: a source that schedules itself again waits for the next pass.
    private func runDeadlines(until start: UInt64) {
        while let next = deadlines.min, next.time <= start {
            deadlines.removeMin()
            source(next.token)?.deadlineReached()
        }
    }

    /// Milliseconds that epoll may wait.
    private func timeout(until deadline: UInt64?) -> Int32 {
        if LoopExecutor.shared.hasJobs || !queued.isEmpty { return 0 }
        var nanoseconds = Self.maxWait
        if let deadline {
            let now = MonotonicClock.nanoseconds
            nanoseconds = deadline > now ? min(nanoseconds, deadline - now) : 0
        }
        return Int32((nanoseconds + 999_999) / 1_000_000)
    }

    /// - Returns: when the pass began.
    private func beginPass() -> UInt64 {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME_COARSE, &now)
        let start = MonotonicClock.nanoseconds
        time.begin(at: start, second: now.tv_sec)
        lateAfter = start + Self.maxSlice
        onPass?(start)
        return start
    }

    private func handleMessages() {
        onMessages?()
        var taken: [LoopExecutor.Message] = []
        swap(&taken, &messages)
        LoopExecutor.shared.takeMessages(into: &taken)
        for message in taken {
            switch message {
            case .job(let job): LoopExecutor.shared.run(job)
            case .call(let body): body()
            }
        }
        taken.removeAll(keepingCapacity: taken.count <= Self.maxEvents)
        swap(&taken, &messages)
    }
}

/// Calls a function on the loop again and again, with a pause after each call.
@LoopActor final class RepeatingTimer: EventSource {
    private let interval: UInt64
    private let body: @LoopActor (_ now: UInt64) -> Void
    private var token: EventLoop.Token?

    /// - Parameters:
    ///   - interval: nanoseconds.
    ///   - body: gets the time of the pass: CLOCK_MONOTONIC, nanoseconds.
    init(every interval: UInt64, _ body: @escaping @LoopActor (_ now: UInt64) -> Void) {
        self.interval = interval
        self.body = body
    }

    /// The loop keeps the timer, and calls it for as long as the process runs.
    func start() {
        token = EventLoop.shared.add(self)
        schedule()
    }

    func ready(_ events: UInt32) {}

    func deadlineReached() {
        body(EventLoop.shared.time.nanoseconds)
        schedule()
    }

    private func schedule() {
        guard let token else { return }
        EventLoop.shared.schedule(token, at: EventLoop.shared.time.nanoseconds + interval)
    }
}
