import Contract
import Linux
import Platform
import Supervisor

/// The child in which a new executable shows that it could take over.
final class UpgradeCheck {
    let child: Child
    let executable: Executable
    private let answer: OwnedDescriptor

    /// - Parameter state: what it would be handed.
    init(_ executable: Executable, state: borrowing OwnedDescriptor, environment: [String: String]) throws {
        self.executable = executable
        answer = try MemoryFile.write("")
        let first = WorkerEnvironment.firstDescriptor
        let succession = Succession(step: .check, state: first, partner: first + 1, failure: nil)
        var launch = Launch(
            executable, arguments: BrigadeExecutable.arguments,
            environment: environment.merging(succession.variables) { $1 })
        launch.ownsGroup = true
        launch.descriptors = [state.number, answer.number]
        child = try launch.start()
    }

    /// How the child ended; one that ended well without its consent is no build of this program.
    func ending(_ status: ChildStatus) -> Ending {
        guard status == .exited(0) else { return Ending(status) }
        let consents = (try? MemoryFile.read(descriptor: answer.number)) == Succession.consent
        return consents ? .exited(0) : .notStarted("\(executable.path) is no build of this server")
    }
}
