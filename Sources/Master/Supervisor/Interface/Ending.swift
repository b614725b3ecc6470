/// How a process ended, as a fact.
package enum Ending: Equatable, Sendable {
    case exited(Int32)
    case signaled(Int32)
    /// fork or exec failed, and why.
    case notStarted(String)

    /// The application could not be built (the worker's exit code 4).
    static let applicationFailed = Ending.exited(4)
    /// The worker, or its prestart, refuses its settings or its command line (its exit code 1): the same would happen again.
    static let settingsRefused = Ending.exited(1)
    static let success = Ending.exited(0)
    /// The worker wants to be replaced (its exit code 75).
    static let recycle = Ending.exited(75)
}
