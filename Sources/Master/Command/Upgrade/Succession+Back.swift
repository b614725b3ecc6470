import Contract
import Linux
import Platform

extension Succession {
    /// Runs the old executable again, as it was started, with everything in its place.
    /// - Throws: when there is nobody to go back to: then the master has come to its end.
    func goBack(because error: any Error) throws(StartError) -> Never {
        guard step == .take else {
            throw StartError(.invariant, "the old executable cannot go on either: \(error)")
        }
        let handover = try? handover()
        // Too long a variable would keep the old executable from being run (execve(2), MAX_ARG_STRLEN).
        let reason = String("\(error)".visible.prefix(Self.longestReason))
        let back = Succession(step: .takeBack, state: state, partner: partner, failure: reason)
        let failure: SystemError
        do {
            let old = try Executable(
                resuming: partner, path: handover?.program.path ?? BrigadeExecutable.path, isScript: false)
            failure = old.replaceProcess(
                arguments: handover?.arguments ?? BrigadeExecutable.arguments,
                environment: Environment.variables.merging(back.variables) { $1 },
                keeping: (handover?.descriptors ?? []) + [state, partner])
        } catch {
            failure = error
        }
        throw StartError(.invariant, "\(error), and the old executable cannot be run again: \(failure)")
    }

    private static let longestReason = 1000
}
