/// Why a worker that lives is given up.
package enum Fault: Equatable, Sendable {
    /// Not ready within `boot-timeout`.
    case bootTime
    /// Its loop has not begun a pass for so long.
    case loopStuck(for: Duration)
    /// Work has waited for so long for blocking threads that are past their requests' deadlines.
    case poolStuck(for: Duration)
}
