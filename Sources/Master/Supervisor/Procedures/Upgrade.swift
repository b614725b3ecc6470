package import Contract

/// The replacement of the master's executable in the same process (USR2).
package struct Upgrade: Equatable, Sendable, Codable {
    private var step: Step

    private enum Step: Equatable, Codable {
        /// A child checks whether the new executable could take over.
        case checking(until: Duration)
        /// Given up: the child was killed, and has not exited yet.
        case killing
        /// This process is being replaced.
        case replacing
    }

    /// Why the old executable goes on.
    package enum Failure: Equatable, Sendable {
        case check(ExitStatus)
        /// The check took longer than `boot-timeout`.
        case checkTimedOut
        /// The process could not be replaced.
        case exec(reason: String)
        /// The new executable could not go on, and ran the old one again.
        case returned(reason: String)
    }

    /// - Parameter timeout: of the check.
    init(timeout: Duration, _ now: Duration) {
        step = .checking(until: now + timeout)
    }

    var startEffects: [Effect] { [.log(.upgradeStarted), .checkUpgrade] }

    var isReplacing: Bool { step == .replacing }

    /// Given up, and only the end of the check is awaited.
    var isOver: Bool { step == .killing }

    var deadline: Duration? {
        if case .checking(let until) = step { until } else { nil }
    }

    /// - Returns: what to do, and whether the upgrade has ended.
    mutating func checkExited(_ status: ExitStatus) -> (effects: [Effect], hasEnded: Bool) {
        switch step {
        case .checking where status == .success:
            step = .replacing
            return ([.replaceProcess], false)
        case .checking: return ([.log(.upgradeFailed(.check(status)))], true)
        case .killing: return ([], true)
        case .replacing: return ([], false)
        }
    }

    mutating func expire(_ now: Duration) -> [Effect] {
        guard let deadline, deadline <= now else { return [] }
        return [.log(.upgradeFailed(.checkTimedOut))] + killCheck()
    }

    mutating func killCheck() -> [Effect] {
        guard case .checking = step else { return [] }
        step = .killing
        return [.killUpgradeCheck]
    }

    mutating func postpone(by time: Duration) {
        if case .checking(let until) = step { step = .checking(until: until + time) }
    }
}
