import Contract
import Glibc
import Supervisor

/// How often what has happened to the server. By the labels of the metrics.
struct EventCounts: Equatable, Codable {
    private(set) var workerStarts: UInt64 = 0
    /// Replacements that were planned for workers that nobody had told to exit.
    private(set) var workerRestarts: UInt64 = 0
    private(set) var workerExits = Self.zeros(Exit.self)
    private(set) var recycles = Self.zeros(Recycle.self)
    private(set) var reloads = Self.zeros(Outcome.self)
    private(set) var upgrades = Self.zeros(Outcome.self)
    private(set) var prestarts = Self.zeros(Outcome.self)
    /// Of the last prestart that has ended.
    private(set) var prestartDuration: Duration?

    /// Why a worker has exited.
    private enum Exit: String, CaseIterable {
        /// It was told to leave, and did.
        case drained
        /// It asked for its replacement by its exit code.
        case recycled
        /// It did not boot.
        case boot
        /// Its loop or its blocking threads stood still.
        case stuck
        /// The master killed it at a stop.
        case killed
        /// A signal that the master did not send.
        case signal
        /// An exit code of its own.
        case code
    }

    private enum Recycle: String, CaseIterable {
        case requested, memory
        case listener
        /// `brigade workers drain`.
        case `operator`
    }

    private enum Outcome: String, CaseIterable {
        case success, failure
    }

    mutating func workerStarted() { workerStarts += 1 }

    mutating func handle(_ event: OperatorEvent) {
        switch event {
        case .workerExited(_, let status, let state, _, let restart):
            count(Self.cause(state, status), in: &workerExits)
            if restart != nil { workerRestarts += 1 }
        case .workerRecycling(_, .requested): count(Recycle.requested, in: &recycles)
        case .workerRecycling(_, .memory): count(Recycle.memory, in: &recycles)
        case .workerRecycling(_, .listenerReplaced): count(Recycle.listener, in: &recycles)
        case .workerRecycling(_, .operatorsRequest): count(Recycle.operator, in: &recycles)
        case .reloadComplete: count(Outcome.success, in: &reloads)
        case .reloadFailed: count(Outcome.failure, in: &reloads)
        case .upgradeComplete: count(Outcome.success, in: &upgrades)
        case .upgradeFailed: count(Outcome.failure, in: &upgrades)
        case .prestartExited(_, _, let time, let result):
            prestartDuration = time
            count(result == .succeeded ? Outcome.success : Outcome.failure, in: &prestarts)
        default: break
        }
    }

    private static func cause(_ state: Worker.State, _ status: ExitStatus) -> Exit {
        switch (state, status) {
        case (.draining, .success), (.stopping, .success): .drained
        case (.killed, .signaled(SIGKILL)): .killed
        case (.failing, _), (.failed, _): .stuck
        case (.booting, _): .boot
        case (.ready, .exited(ExitCode.recycle.rawValue)): .recycled
        case (_, .signaled): .signal
        case (_, .exited), (_, .notStarted): .code
        }
    }

    private func count<Label: RawRepresentable<String>>(_ label: Label, in counts: inout [String: UInt64]) {
        counts[label.rawValue, default: 0] += 1
    }

    /// Prometheus misses the first event of a series that begins with 1.
    private static func zeros<Label: RawRepresentable<String> & CaseIterable>(_ labels: Label.Type) -> [String: UInt64]
    {
        Dictionary(uniqueKeysWithValues: labels.allCases.map { ($0.rawValue, 0) })
    }
}
