import Foundation

/// How long a soak lasts, and what is done to the server meanwhile.
struct SoakPlan {
    enum Action: Hashable, CaseIterable {
        case reload, upgrade, more, fewer
    }

    let duration: Duration
    /// In order; spread evenly over the duration.
    let actions: [Action]

    /// SOAK=5m asks for 50 reloads, 10 upgrades, 10 workers more and 10 fewer; without it, a short one.
    static func current() throws -> SoakPlan {
        guard let text = ProcessInfo.processInfo.environment["SOAK"], !text.isEmpty else {
            return SoakPlan(.seconds(20), reloads: 6, upgrades: 2, pairs: 2)
        }
        guard let number = Int(text.dropLast()), number > 0,
            let unit = [Character("s"): 1, "m": 60, "h": 3600][text.last!]
        else { throw ChildProcess.Failure(description: "SOAK: '\(text)' is no duration; give 90s, 5m or 1h") }
        // A longer one is not a slower one.
        let rounds = max(1, number * unit / 300)
        return SoakPlan(.seconds(number * unit), reloads: 50 * rounds, upgrades: 10 * rounds, pairs: 10 * rounds)
    }

    private init(_ duration: Duration, reloads: Int, upgrades: Int, pairs: Int) {
        self.duration = duration
        // Each kind is spread over the whole: the n-th of m stands at (n + 1/2) / m. One fewer follows one more.
        var places: [(action: Action, at: Double)] = []
        for (action, count) in [(Action.reload, reloads), (.upgrade, upgrades), (.more, pairs), (.fewer, pairs)] {
            let late = action == .fewer ? 0.001 : 0
            for number in 0..<count { places.append((action, (Double(number) + 0.5) / Double(count) + late)) }
        }
        places.sort { $0.at < $1.at }
        actions = places.map { $0.action }
    }
}
