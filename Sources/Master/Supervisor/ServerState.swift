/// What the server is doing.
package enum ServerState: Equatable, Sendable {
    /// The first workers are not all ready yet.
    case starting
    case serving
    case reloading(generation: Int, Reload.Step)
    /// The master's new executable is being checked, or takes over.
    case upgrading
    case stopping(StopStage)
}

/// How urgently the server stops. Each stage ends in the next.
package enum StopStage: Int, Equatable, Sendable, Codable, CaseIterable {
    /// Readiness is off and everything else goes on: `shutdown-delay`.
    case withdraw
    /// Finish the requests that were accepted.
    case drain
    /// Cancel requests in flight.
    case stop
    case kill

    var next: StopStage { StopStage(rawValue: rawValue + 1) ?? .kill }
}
