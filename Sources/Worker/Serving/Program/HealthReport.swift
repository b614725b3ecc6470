internal import Contract
internal import Linux
import Logging
import Synchronization

/// What the application says is wrong with it, on its way to the master: what was said last counts, once a second at most.
final class HealthReport: Sendable {
    static let shared = HealthReport()

    /// Nanoseconds between two messages.
    static let interval: UInt64 = 1_000_000_000

    private struct State {
        var problem: String?
        var told: String?
        var toldAt: UInt64?
        /// Tells one of them, and says whether it could; nil before there is anybody to tell.
        var tell: (@Sendable (String?) -> Bool)?
    }

    private let state = Mutex(State())

    /// - Parameter problem: as the application has it; nil and an empty one are none.
    func report(_ problem: String?) {
        let text = problem.map(WorkerMessage.bounded).flatMap { $0.isEmpty ? nil : $0 }
        let isNews = state.withLock { state in
            guard state.problem != text else { return false }
            state.problem = text
            return state.tell != nil
        }
        if isNews { LoopExecutor.shared.call { self.tell(at: MonotonicClock.nanoseconds) } }
    }

    /// From now on there is somebody to tell.
    func open(_ tell: @escaping @Sendable (String?) -> Bool) {
        state.withLock { $0.tell = tell }
        self.tell(at: MonotonicClock.nanoseconds)
    }

    /// Again and again: what came too soon after another, or found no room, is told then.
    func tell(at now: UInt64) {
        state.withLock { state in
            guard state.problem != state.told, now >= (state.toldAt ?? 0) + Self.interval, let tell = state.tell,
                tell(state.problem)
            else { return }
            state.told = state.problem
            state.toldAt = now
        }
    }
}

extension WorkerProgram {
    /// Tells the operator that the application cannot do all that it should, or that it can again.
    ///
    /// The server shows it in `brigade status` as long as a worker says so, and has one line in its log when the first
    /// worker says it and one when none does any more, however many workers there are. So let each worker say the same
    /// thing in the same words, without numbers that differ. It changes nothing else: readiness is the application's answer
    /// to a request.
    ///
    /// Any thread may call it, as often as it likes; what was said last counts, and the master hears it within a second.
    /// - Parameter problem: one line for a person, of which 200 bytes are shown; nil when there is none any more.
    public static func reportHealthProblem(_ problem: String?) {
        HealthReport.shared.report(problem)
    }
}
