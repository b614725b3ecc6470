/// Why a worker that lives is given up.
package enum Fault: Equatable, Sendable {
    /// Not ready within `boot-timeout`.
    case bootTime
    /// Its loop has not begun a pass for so long.
    case loopStuck(for: Duration)
    /// Its blocking pool has had a job waiting, and has finished none, for so long.
    case poolStuck(for: Duration)
}
