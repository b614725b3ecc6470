/// The health of the database: which requests it can serve, and what to report when that changes.
///
/// A problem is reported once when it begins and once when it ends. If its reason changes and the new one lasts, that is
/// reported too.
struct DatabaseHealth: Equatable, Sendable {
    struct Problem: Equatable, Sendable {
        let since: ContinuousClock.Instant
        /// The latest reason.
        var reason: String
        var isReported = true
    }

    enum Event: Equatable {
        /// The open files are not those at the database's paths, or cannot be read.
        case failed(String)
        /// The right files are open.
        case opened
        /// A write failed for a reason that other writes will meet too.
        case writeFailed(String)
        case writeSucceeded
        /// The files are in order, but a table or a column is missing.
        case schemaCheckFailed(String)
        case schemaCheckSucceeded
    }

    enum Effect: Equatable {
        case reportProblem(String)
        case reportRecovery(String)
    }

    private enum State: Equatable {
        case usable
        /// Reads work, writes do not.
        case readOnly(Problem)
        case unusable(Problem)
    }

    /// While files are being reopened, the reason changes quickly. A new one is reported only after this time.
    private static let reportDelay = Duration.seconds(5)

    private var state = State.usable
    /// Stops no request from trying, so that a table which is back is used at once.
    private var schemaProblem: String?

    /// False if neither reads nor writes work.
    var isUsable: Bool {
        if case .unusable = state { false } else { true }
    }

    var isWritable: Bool { state == .usable }

    /// Why writes, or reads and writes, do not work.
    var accessProblem: Problem? {
        switch state {
        case .usable: nil
        case .readOnly(let problem), .unusable(let problem): problem
        }
    }

    /// The most important problem.
    var problem: String? { accessProblem?.reason ?? schemaProblem }

    mutating func handle(_ event: Event, at now: ContinuousClock.Instant) -> [Effect] {
        switch (event, state) {
        case (.failed(let reason), .unusable(var problem)):
            if problem.reason != reason { (problem.reason, problem.isReported) = (reason, false) }
            let isReported = problem.isReported || now - problem.since < Self.reportDelay
            if !isReported { problem.isReported = true }
            state = .unusable(problem)
            return isReported ? [] : [.reportProblem(Self.unusable(reason))]
        case (.failed(let reason), _):
            state = .unusable(Problem(since: now, reason: reason))
            return [.reportProblem(Self.unusable(reason))]
        case (.opened, .unusable(let problem)):
            state = .usable
            return recovery("the database can be used again after \(Self.seconds(now - problem.since)) s")
        case (.writeFailed(let reason), .usable):
            state = .readOnly(Problem(since: now, reason: reason))
            return [.reportProblem("\(reason); writes get a 503 until then")]
        case (.writeSucceeded, .readOnly(let problem)):
            state = .usable
            return recovery("the database can be written again after \(Self.seconds(now - problem.since)) s")
        case (.schemaCheckFailed(let reason), _):
            guard schemaProblem != reason else { return [] }
            schemaProblem = reason
            return [.reportProblem(reason)]
        case (.schemaCheckSucceeded, _):
            guard schemaProblem != nil else { return [] }
            schemaProblem = nil
            return recovery("the tables of the database can be read again")
        case (.opened, _), (.writeFailed, _), (.writeSucceeded, _): return []
        }
    }

    /// A recovery clears what was reported, so a problem that is left is reported again.
    private func recovery(_ text: String) -> [Effect] {
        [.reportRecovery(text)] + (problem.map { [.reportProblem($0)] } ?? [])
    }

    private static func unusable(_ reason: String) -> String { "\(reason); requests get a 503 until it is back" }

    private static func seconds(_ duration: Duration) -> String {
        let tenths = (duration.components.seconds * 10) + duration.components.attoseconds / 100_000_000_000_000_000
        return "\(tenths / 10).\(tenths % 10)"
    }
}
