/// How urgently the master stops; each stage ends by itself in the next.
package enum StopStage: Int, Equatable, Sendable, CaseIterable {
    /// Say that the server is not ready any more, and go on serving: `shutdown-delay`.
    case withdraw
    /// Finish what is accepted.
    case drain
    /// Cancel what is in flight.
    case stop
    case kill

    var next: StopStage { StopStage(rawValue: rawValue + 1) ?? .kill }
}
