import Contract
import Linux
import Glibc
import Platform

/// What the environment says to a process that is to take a master's place (USR2), or to try whether it could.
struct Succession {
    enum Step: String {
        /// Say whether the settings and the state can be read; change nothing.
        case check
        /// Go on in the master's place: this process was the master a moment ago.
        case take
        /// The same, but the one that was to take over could not go on, and this is the old executable again.
        case takeBack = "take-back"
    }

    let step: Step
    /// The handover, in memory.
    let state: Int32
    /// `check`: a file for the answer. Else the old executable, to be run again.
    let partner: Int32
    /// Why the new executable could not go on.
    let failure: String?

    /// Written by a process that could take over: no other program does that by chance.
    static let consent = "brigade: this build can take over\n"

    private static let prefix = "BRIGADE_HANDOVER_"

    /// Whether this process takes a master's place.
    static var isUnderWay: Bool {
        let step = Environment.variables[prefix + "STEP"].flatMap(Step.init)
        return step == .take || step == .takeBack
    }

    /// Takes the variables out of the environment: no child shall find them.
    static func fromEnvironment() -> Succession? {
        let variables = Environment.variables
        defer { for name in variables.keys where name.hasPrefix(prefix) { unsetenv(name) } }
        guard let step = variables[prefix + "STEP"].flatMap(Step.init),
            let state = variables[prefix + "FD"].flatMap({ Int32($0) }),
            let partner = variables[prefix + "PARTNER_FD"].flatMap({ Int32($0) })
        else { return nil }
        return Succession(step: step, state: state, partner: partner, failure: variables[prefix + "FAILURE"])
    }

    /// As variables for the process that is to be told.
    var variables: [String: String] {
        var variables = [
            Self.prefix + "STEP": step.rawValue, Self.prefix + "FD": String(state),
            Self.prefix + "PARTNER_FD": String(partner),
        ]
        variables[Self.prefix + "FAILURE"] = failure
        return variables
    }

    func handover() throws(HandoverError) -> Handover {
        let text: String
        do {
            text = try MemoryFile.read(descriptor: state)
        } catch {
            throw HandoverError(description: "the handover cannot be read: \(error)")
        }
        return try Handover(text: text)
    }
}
