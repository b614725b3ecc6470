internal import Contract
internal import Linux
import Logging
import Synchronization

/// The health problem that the application reports, on its way to the master: the last one counts, once per second at most.
final class HealthReporter: Sendable {
    static let shared = HealthReporter()

    /// Nanoseconds between two messages.
    static let interval: UInt64 = 1_000_000_000

    private struct State {
        var problem: String?
        var sent: String?
        var sentAt: UInt64?
        /// Sends a problem, and returns whether it could; nil before the worker serves.
        var send: (@Sendable (String?) -> Bool)?
    }

    private let state = Mutex(State())

    /// - Parameter problem: nil and an empty text are none.
    func report(_ problem: String?) {
        let text = problem.map(WorkerMessage.bounded).flatMap { $0.isEmpty ? nil : $0 }
        let shouldReport = state.withLock { state in
            guard state.problem != text else { return false }
            state.problem = text
            return state.send != nil
        }
        if shouldReport { LoopExecutor.shared.call { self.send(at: MonotonicClock.nanoseconds) } }
    }

    /// The worker serves.
    /// - Parameter send: returns whether there was room.
    func open(_ send: @escaping @Sendable (String?) -> Bool) {
        state.withLock { $0.send = send }
        self.send(at: MonotonicClock.nanoseconds)
    }

    /// Called once per second: sends what came too soon after another, or found no room.
    func send(at now: UInt64) {
        state.withLock { state in
            guard state.problem != state.sent, now >= (state.sentAt ?? 0) + Self.interval, let send = state.send,
                send(state.problem)
            else { return }
            state.sent = state.problem
            state.sentAt = now
        }
    }
}

extension WorkerProgram {
    /// Tells the operator that the application cannot do all that it should, or that it can again.
    ///
    /// `brigade status` shows the problem as long as a worker has it. The log has one line when the first worker has it, and
    /// one when none has it any more, however many workers there are. So let each worker report the same problem in the same
    /// words, without numbers that differ. It does not change readiness, which is the application's response to a request.
    ///
    /// Any thread may call it, as often as it likes; the last call counts, and the master hears it within a second.
    /// - Parameter problem: one line for a person, of which 200 bytes are shown; nil when there is none any more.
    public static func reportHealthProblem(_ problem: String?) {
        HealthReporter.shared.report(problem)
    }
}
