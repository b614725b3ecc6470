/// How a child process ended (wait(2)), or why it never ran.
package enum ExitStatus: Equatable, Sendable {
    case exited(Int32)
    case signaled(Int32)
    /// fork or exec failed; why.
    case notStarted(String)

    package static let success = ExitStatus.exited(ExitCode.ok.rawValue)

    /// Nil if no process exited, or if its code is not one of Brigade's.
    package var code: ExitCode? {
        if case .exited(let code) = self { ExitCode(rawValue: code) } else { nil }
    }
}
