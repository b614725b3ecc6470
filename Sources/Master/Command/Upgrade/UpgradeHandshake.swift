import Contract
import Glibc
import Linux
import Platform

/// What the environment tells a process that takes a master's place (USR2), or checks whether it could.
struct UpgradeHandshake {
    enum Step: String {
        /// Say whether the settings and the state can be read; change nothing.
        case check
        /// Go on in the master's place: this process was the master a moment ago.
        case take
        /// The same, but the new executable could not go on, and this is the old one again.
        case takeBack = "take-back"
    }

    let step: Step
    /// The snapshot, in memory.
    private let state: Int32
    /// In a `check`, a file for the answer. Otherwise the other executable, to be run again.
    private let partner: Int32
    /// Why the new executable could not go on.
    let failure: String?

    /// Written by a process that could take over: no other program does that by chance.
    private static let consent = "brigade: this build can take over\n"

    // Builds of every version know these names.
    private static let prefix = "BRIGADE_HANDOVER_"

    /// execve(2), MAX_ARG_STRLEN: a longer variable would keep the old executable from running.
    private static let longestReason = 1000

    private init(step: Step, state: Int32, partner: Int32, failure: String? = nil) {
        self.step = step
        self.state = state
        self.partner = partner
        self.failure = failure
    }

    // MARK: In the new process

    /// Whether this process takes a master's place.
    static var isUnderWay: Bool {
        let step = Environment.variables[prefix + "STEP"].flatMap(Step.init)
        return step == .take || step == .takeBack
    }

    /// Removes its variables from the environment, so that no child finds them.
    static func fromEnvironment() -> UpgradeHandshake? {
        let variables = Environment.variables
        defer { for name in variables.keys where name.hasPrefix(prefix) { unsetenv(name) } }
        guard let step = variables[prefix + "STEP"].flatMap(Step.init),
            let state = variables[prefix + "FD"].flatMap({ Int32($0) }),
            let partner = variables[prefix + "PARTNER_FD"].flatMap({ Int32($0) })
        else { return nil }
        return UpgradeHandshake(step: step, state: state, partner: partner, failure: variables[prefix + "FAILURE"])
    }

    func snapshot() throws(UpgradeError) -> UpgradeSnapshot {
        let text: String
        do {
            text = try MemoryFile.read(descriptor: state)
        } catch {
            throw UpgradeError("the running master's state cannot be read: \(error)")
        }
        return try UpgradeSnapshot(text: text)
    }

    /// Ends a `check`: this process could take over.
    func giveConsent() {
        let consent = Array(Self.consent.utf8)
        _ = write(partner, consent, consent.count)
    }

    /// From here on there is no way back: the originals of the descriptors are closed.
    func commit(_ snapshot: UpgradeSnapshot) {
        for descriptor in Set(snapshot.descriptors + [state, partner]) { close(descriptor) }
    }

    /// Runs the old executable again, as it was started, with everything in its place.
    /// - Throws: if there is no way back: then the master has come to its end.
    func goBack(because error: any Error) throws(StartError) -> Never {
        guard step == .take else {
            throw StartError(.invariant, "the old executable cannot go on either: \(error)")
        }
        let snapshot = try? snapshot()
        let reason = String("\(error)".visible.prefix(Self.longestReason))
        let back = UpgradeHandshake(step: .takeBack, state: state, partner: partner, failure: reason)
        let failure: SystemError
        do {
            let old = try Executable(
                resuming: partner, path: snapshot?.program.path ?? BrigadeExecutable.path, isScript: false)
            failure = old.replaceProcess(
                arguments: snapshot?.arguments ?? BrigadeExecutable.arguments,
                environment: Environment.variables.merging(back.variables) { $1 },
                keeping: (snapshot?.descriptors ?? []) + [state, partner])
        } catch {
            failure = error
        }
        throw StartError(.invariant, "\(error), and the old executable cannot be run again: \(failure)")
    }

    // MARK: In the master that is replaced

    /// The new executable's own descriptors: signals, the service manager, the log, the state, folders, and what the loader
    /// opens.
    private static let ownDescriptors = 24

    /// Executes it in this process. What could keep both executables from going on is found here, where the upgrade can
    /// still be abandoned.
    /// - Parameters:
    ///   - snapshot: for the running executable, opened as this descriptor.
    ///   - prepare: called last of all.
    /// - Returns: why it failed; everything is as it was.
    static func replaceProcess(
        by successor: Executable, snapshot: (Int32) -> UpgradeSnapshot, prepare: () -> Void
    ) -> String {
        do {
            let own = try Executable(opening: "/proc/self/exe")
            let snapshot = snapshot(own.descriptor)
            do {
                // Until it commits, the new executable has a copy of each, and its own.
                let sockets = snapshot.listeners.count + 2
                try CurrentProcess.ensureRoom(forDescriptors: snapshot.descriptors.count + sockets + ownDescriptors)
            } catch {
                return "there is no room for the files of two masters: \(error.descriptionWithAdvice)"
            }
            let state = try MemoryFile.write(snapshot.text())
            let handshake = UpgradeHandshake(step: .take, state: state.number, partner: own.descriptor)
            prepare()
            let error = successor.replaceProcess(
                arguments: BrigadeExecutable.arguments,
                environment: Environment.variables.merging(handshake.variables) { $1 },
                keeping: snapshot.descriptors + [state.number])
            withExtendedLifetime((own, state.number)) {}
            return "\(BrigadeExecutable.path): \(error)"
        } catch {
            return "\(error)"
        }
    }

    /// Has the executable check, in a child, whether it could take over.
    /// - Parameter answer: a file for `consent`.
    fileprivate static func startCheck(
        of executable: Executable, state: borrowing OwnedDescriptor, answer: borrowing OwnedDescriptor,
        environment: [String: String]
    ) throws(Launch.Failure) -> Child {
        let first = WorkerEnvironment.firstDescriptor
        let handshake = UpgradeHandshake(step: .check, state: first, partner: first + 1)
        var launch = Launch(
            executable, arguments: BrigadeExecutable.arguments,
            environment: environment.merging(handshake.variables) { $1 })
        launch.ownsGroup = true
        launch.descriptors = [state.number, answer.number]
        return try launch.start()
    }

    /// As variables for the process that is to be told.
    private var variables: [String: String] {
        var variables = [
            Self.prefix + "STEP": step.rawValue, Self.prefix + "FD": String(state),
            Self.prefix + "PARTNER_FD": String(partner),
        ]
        variables[Self.prefix + "FAILURE"] = failure
        return variables
    }

    fileprivate static func isConsent(_ answer: borrowing OwnedDescriptor) -> Bool {
        (try? MemoryFile.read(descriptor: answer.number)) == consent
    }
}

/// The child in which a new executable shows that it could take over.
final class UpgradeCheck {
    let child: Child
    let executable: Executable
    private let answer: OwnedDescriptor

    /// - Parameter snapshot: what it would be handed. The descriptors in it mean nothing to the child.
    init(_ executable: Executable, _ snapshot: UpgradeSnapshot, environment: [String: String]) throws {
        self.executable = executable
        answer = try MemoryFile.write("")
        let state = try MemoryFile.write(snapshot.text())
        child = try UpgradeHandshake.startCheck(
            of: executable, state: state, answer: answer, environment: environment)
    }

    /// - Returns: how the child ended; an executable that exits with 0 but without its consent is no build of this program.
    func reap() -> ExitStatus? {
        child.signalGroup(SIGKILL)
        guard let status = child.reap() else { return nil }
        guard status == .success, !UpgradeHandshake.isConsent(answer) else { return status }
        return .notStarted("\(executable.path) is not a build of this server")
    }
}
