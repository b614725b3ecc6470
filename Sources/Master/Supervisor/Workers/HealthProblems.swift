/// What is wrong with some workers, by their own account.
package struct HealthProblem: Equatable, Sendable {
    package let text: String
    /// How many report it.
    package let workers: Int
}

/// When the log tells of the workers' health problems. They are one matter of the whole server: however many workers report
/// one, and however often a worker changes its mind, the log has a line when it begins and one when it has ended.
struct HealthProblems: Equatable, Codable {
    /// It has ended when no worker has reported anything for so long: a worker that replaces another takes a moment to find the
    /// problem again.
    private static let quietPeriod = Duration.seconds(2)
    /// So many different texts are logged: a worker can report a new one each time.
    private static let mostLogged = 8

    private struct Episode: Equatable, Codable {
        let began: Duration
        var logged: [String] = []
        /// Nil while a worker reports something.
        var endsAt: Duration?
    }

    private var episode: Episode?

    var deadline: Duration? { episode?.endsAt }

    /// Counts what workers that stay report; what most of them report comes first.
    static func reported(by workers: [Worker]) -> [HealthProblem] {
        var counts: [String: Int] = [:]
        for worker in workers where !worker.isLeaving {
            if let problem = worker.healthProblem { counts[problem, default: 0] += 1 }
        }
        return counts.map { HealthProblem(text: $0, workers: $1) }
            .sorted { ($1.workers, $0.text) < ($0.workers, $1.text) }
    }

    mutating func update(_ problems: [HealthProblem], _ now: Duration) -> [Effect] {
        if problems.isEmpty { return end(now) }
        var current = episode ?? Episode(began: now)
        current.endsAt = nil
        var effects: [Effect] = []
        for problem in problems where !current.logged.contains(problem.text) && current.logged.count < Self.mostLogged {
            current.logged.append(problem.text)
            effects.append(.log(.healthProblem(problem.text)))
        }
        episode = current
        return effects
    }

    private mutating func end(_ now: Duration) -> [Effect] {
        guard let current = episode else { return [] }
        let endsAt = current.endsAt ?? now + Self.quietPeriod
        episode?.endsAt = endsAt
        guard endsAt <= now else { return [] }
        episode = nil
        return [.log(.healthProblemResolved(after: now - current.began))]
    }

    /// The server stops: problems no longer matter.
    mutating func discard() {
        episode = nil
    }

    mutating func postpone(to now: Duration) {
        if let endsAt = episode?.endsAt { episode?.endsAt = max(endsAt, now) }
    }
}
