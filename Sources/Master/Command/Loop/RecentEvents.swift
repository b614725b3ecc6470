import Contract
import Linux
import Logging
import Supervisor

/// The last events of the log, for whoever looks at the server later: the dashboard and `brigade top`.
struct RecentEvents: Equatable, Codable {
    struct Entry: Equatable, Codable {
        enum Kind: String, Codable {
            case workerStarted = "worker started"
            case workerReady = "worker ready"
            /// It was told to.
            case workerExited = "worker exited"
            /// It was not told to.
            case workerLost = "worker lost"
            case reload, upgrade, server
        }

        /// `SuspendAwareClock`.
        let time: Duration
        let level: Logger.Level
        let kind: Kind
        /// On one line.
        let text: String
        /// Whom it is about.
        let worker: Worker.ID?
    }

    static let capacity = 100
    /// A text may contain what another program has written, such as why an executable cannot be opened.
    private static let longestText = 300

    /// The oldest comes first.
    private(set) var entries: [Entry] = []

    mutating func add(
        _ kind: Entry.Kind, _ level: Logger.Level, _ text: String, _ worker: Worker.ID?, at now: Duration
    ) {
        if entries.count == Self.capacity { entries.removeFirst() }
        let short = text.count <= Self.longestText ? text : text.prefix(Self.longestText - 1) + "…"
        entries.append(Entry(time: now, level: level, kind: kind, text: short.visible, worker: worker))
    }
}

extension RecentEvents.Entry.Kind {
    /// - Parameter level: of its message.
    init(_ event: OperatorEvent, _ level: Logger.Level) {
        switch event {
        case .workerReady: self = .workerReady
        case .workerExited: self = level >= .warning ? .workerLost : .workerExited
        case .reloadStarted, .reloadQueued, .reloadComplete, .reloadFailed: self = .reload
        case .upgradeStarted, .upgradeQueued, .upgradeComplete, .upgradeFailed: self = .upgrade
        case .prestartStarted, .prestartTimedOut, .prestartExited, .healthProblem, .healthProblemResolved,
            .workerDraining, .workerDrainingByItself, .gracefulTimeoutPassed, .bootTimedOut, .workerStuck,
            .workerRecycling, .workerKilled, .serverReady, .targetChanged, .targetAtLimit, .masterStalled, .stopping,
            .startFailed:
            self = .server
        }
    }
}
