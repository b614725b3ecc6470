import Contract
import Glibc
import Linux
import Platform
import Supervisor

/// A worker as the master holds it: the process, and the master's end of its channel.
final class WorkerProcess {
    let id: Worker.ID
    let child: Child
    let control: ControlChannel
    /// Once the process has exited.
    var postMortem: WorkerPostMortem?
    /// Nothing more is read: it has closed its end, or has sent what is no message.
    private var isClosed = false
    private var rateLimit = MessageRateLimit()

    enum Received {
        /// - Parameter isTooMany: whether the log must say that the worker sends too many.
        case message(WorkerMessage, isTooMany: Bool)
        /// What this build does not know.
        case unknown
    }

    init(id: Worker.ID, child: consuming Child, control: consuming ControlChannel) {
        self.id = id
        self.child = child
        self.control = control
    }

    func isHeard(at now: Duration) -> Bool { !isClosed && !rateLimit.isPaused(at: now) }

    /// When it is heard again.
    var pausedUntil: Duration? { rateLimit.pausedUntil }

    /// The next message, whether the rate limit has been reached or not; nil if there is none.
    /// - Parameter sendsStacks: whether it was asked for its stacks, which are many messages.
    func receive(at now: Duration, sendsStacks: Bool = false) -> Received? {
        guard !isClosed else { return nil }
        switch control.receive(WorkerMessage.self) {
        case .message(.stacks(let part)) where sendsStacks: return .message(.stacks(part), isTooMany: false)
        case .message(let message): return .message(message, isTooMany: rateLimit.received(at: now))
        case .unknown:
            isClosed = true
            return .unknown
        case .empty: return nil
        case .end:
            isClosed = true
            return nil
        }
    }

    /// One that cannot be told, because it does not read or has exited, has its deadline all the same.
    func send(_ message: MasterMessage) {
        try? control.send(message)
    }
}

/// A prestart as the master holds it.
final class PrestartProcess {
    let generation: Int
    let child: Child
    private var isToldToEnd = false

    init(generation: Int, child: consuming Child) {
        self.generation = generation
        self.child = child
    }

    func signal(_ number: Int32) {
        isToldToEnd = true
        child.signalGroup(number)
    }

    /// If it was told to end, what it has started ends with it.
    func reap() -> ExitStatus? {
        if isToldToEnd { child.signalGroup(SIGKILL) }
        return child.reap()
    }
}
