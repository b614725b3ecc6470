internal import CLinux
internal import Contract
internal import Linux
import Glibc

/// The one loop of a worker: waits for descriptors, times and other threads, and tells who waits for them.
@LoopActor final class EventLoop {
    static let shared = EventLoop()

    /// Names a source; never used again for another.
    struct Token: Hashable {
        fileprivate let index: UInt32
        fileprivate let turn: UInt32

        fileprivate var bits: UInt64 { UInt64(turn) << 32 | UInt64(index) }

        fileprivate init(index: Int, turn: UInt32) {
            self.index = UInt32(index)
            self.turn = turn
        }

        fileprivate init(bits: UInt64) {
            index = UInt32(truncatingIfNeeded: bits)
            turn = UInt32(truncatingIfNeeded: bits >> 32)
        }
    }

    private struct Place {
        var source: (any EventSource)?
        var turn: UInt32 = 0
    }

    /// Waiting ends at least this often, so that whoever looks at the ticks knows a loop that is idle from one that is
    /// stuck.
    private static let longestWait: UInt64 = 1_000_000_000
    private static let readBufferSize = 64 << 10
    private static let mostEvents = 256
    /// Nanoseconds that those with work left get in one pass, before the descriptors are looked at again: about what a
    /// client waits that has asked for little. After as long in what is ready, a pass is late.
    private static let longestSlice: UInt64 = 2_000_000
    private static let wakeToken = UInt64.max

    /// For whoever reads a socket now; its content does not outlive the call.
    let readBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: readBufferSize, alignment: 64)
    /// Called at each pass with its time.
    var onPass: ((UInt64) -> Void)?
    /// Called before what other threads have sent is performed.
    var onMessages: (() -> Void)?
    /// Called at the end of each pass.
    var onPassEnd: (() -> Void)?

    // These five are asked for several times a request, and not checked at run time: nothing is called while one is read
    // or set that comes back here.
    @exclusivity(unchecked) private(set) var moment = Moment(
        nanoseconds: MonotonicClock.nanoseconds, date: HTTPDate(second: 0))
    @exclusivity(unchecked) private var places: [Place] = []
    @exclusivity(unchecked) private var turns = TurnQueue<Token>()
    @exclusivity(unchecked) private var lateness: UInt64 = 0
    @exclusivity(unchecked) private var deadlines = DeadlineQueue<Token>()
    private let poller: Int32
    private var vacant: [Int] = []
    /// Empty, for the next that are taken.
    private var messages: [LoopExecutor.Message] = []

    private init() {
        poller = HostLimit.descriptor("epoll_create1") { epoll_create1(Int32(EPOLL_CLOEXEC)) }
        let wake = LoopExecutor.shared.wakeDescriptor
        let edges = EPOLLIN.rawValue | EPOLLET.rawValue
        let result = brigade_epoll_control(poller, EPOLL_CTL_ADD, wake, edges, Self.wakeToken)
        if result != 0 { HostLimit.end(SystemError("epoll_ctl")) }
    }

    /// Whether this pass has lasted so long that each of those that are still ready gets a short turn.
    var isLate: Bool { moment.nanoseconds >= lateness }

    /// Reads the clock: for work that follows other work of the same pass.
    func updateTime() {
        moment.nanoseconds = MonotonicClock.nanoseconds
    }

    // MARK: Sources

    /// Gives a source its name; it is kept until `remove`.
    func add(_ source: any EventSource) -> Token {
        let index: Int
        if let free = vacant.popLast() {
            index = free
        } else {
            index = places.count
            places.append(Place())
        }
        places[index].source = source
        return Token(index: index, turn: places[index].turn)
    }

    /// Forgets a source. Its descriptor is unwatched when it is closed.
    func remove(_ token: Token) {
        guard source(token) != nil else { return }
        let index = Int(token.index)
        // Destroyed when the access is over.
        _ = places[index].source.take()
        places[index].turn &+= 1
        vacant.append(index)
    }

    func watch(_ descriptor: Int32, for events: UInt32, _ token: Token) throws(SystemError) {
        _ = try check("epoll_ctl") {
            brigade_epoll_control(poller, EPOLL_CTL_ADD, descriptor, events, token.bits)
        }
    }

    func changeWatch(_ descriptor: Int32, for events: UInt32, _ token: Token) {
        let result = brigade_epoll_control(poller, EPOLL_CTL_MOD, descriptor, events, token.bits)
        precondition(result == 0, "a watched descriptor was closed by somebody else")
    }

    /// Calls the source's `timeCame` at a time of the monotonic clock. There is no way to take it back.
    func schedule(_ token: Token, at time: UInt64) {
        deadlines.insert(token, at: time)
    }

    /// Calls the source's `turnCame` once, when what is ready has been served, and those who asked before.
    func queue(_ token: Token) {
        turns.append(token)
    }

    private func source(_ token: Token) -> (any EventSource)? {
        let index = Int(token.index)
        guard index < places.count, places[index].turn == token.turn else { return nil }
        return places[index].source
    }

    // MARK: Passes

    func run() -> Never {
        let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: Self.mostEvents)
        while true { pass(events) }
    }

    private func pass(_ events: UnsafeMutablePointer<epoll_event>) {
        let nextDeadline = deadlines.first
        var patience = wait(until: nextDeadline)
        if patience > 0, !LoopExecutor.shared.fallAsleep() { patience = 0 }
        let count = epoll_wait(poller, events, Int32(Self.mostEvents), patience)
        LoopExecutor.shared.awake()
        let start = beginPass()
        for index in 0..<max(0, Int(count)) {
            let bits = brigade_epoll_token(events + index)
            if bits == Self.wakeToken { continue }
            source(Token(bits: bits))?.ready(brigade_epoll_events(events + index))
        }
        if LoopExecutor.shared.hasMessages { performMessages() }
        if let nextDeadline, nextDeadline <= start { callLate(until: start) }
        LoopExecutor.shared.runJobs()
        if turns.count > 0 { giveTurns() }
        onPassEnd?()
    }

    /// One each to those that have work left, for a while: the rest go first in the next pass.
    private func giveTurns() {
        updateTime()
        lateness = moment.nanoseconds + Self.longestSlice
        var waiting = turns.count
        while waiting > 0, !isLate, let token = turns.popFirst() {
            waiting -= 1
            source(token)?.turnCame()
            updateTime()
        }
    }

    /// Those whose time had come when the pass began: one that schedules itself anew waits for the next.
    private func callLate(until start: UInt64) {
        while let token = deadlines.takeFirst(notAfter: start) { source(token)?.timeCame() }
    }

    /// Milliseconds that there is nothing to do for.
    private func wait(until deadline: UInt64?) -> Int32 {
        if LoopExecutor.shared.hasJobs || turns.count > 0 { return 0 }
        var nanoseconds = Self.longestWait
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
        moment.begin(at: start, second: now.tv_sec)
        lateness = start + Self.longestSlice
        onPass?(start)
        return start
    }

    private func performMessages() {
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
        taken.removeAll(keepingCapacity: taken.count <= Self.mostEvents)
        swap(&taken, &messages)
    }
}
