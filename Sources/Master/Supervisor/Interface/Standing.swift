/// What a master is about, for those who ask.
package enum Standing: Equatable, Sendable {
    /// The first workers are not all ready yet.
    case starting
    case serving
    case reloading(generation: Int, Reload.Step)
    /// The new executable of the master is being checked, or takes over.
    case upgrading
    case stopping(StopStage)
}
