import Contract
import Platform
import Supervisor

/// The child in which a new executable shows that it could take over.
final class UpgradeCheck {
    let child: Child
    let executable: Executable
    private let answer: FileDescriptor

    /// Opens the executable that stands now at the path that this one was started from, and starts it.
    init(_ program: String, state: borrowing FileDescriptor, environment: [String: String]) throws(UpgradeError) {
        let executable: Executable
        do {
            executable = try Executable(opening: program)
        } catch {
            throw UpgradeError(description: "\(program): \(error)")
        }
        do {
            answer = try MemoryFile.write("")
        } catch {
            throw UpgradeError(description: "\(error)")
        }
        let first = Inheritance.firstDescriptor
        let succession = Succession(step: .check, state: first, partner: first + 1, failure: nil)
        var launch = Launch(
            executable, arguments: Array(CommandLine.arguments.dropFirst()),
            environment: environment.merging(succession.variables) { $1 })
        launch.ownsGroup = true
        launch.descriptors = [state.number, answer.number]
        do {
            child = try launch.start()
        } catch {
            switch error {
            case .system(let error): throw UpgradeError(description: "\(error)")
            case .threads(let count): throw UpgradeError(description: "this master has \(count) threads")
            }
        }
        self.executable = executable
    }

    /// How the child ended; one that ended well without its consent is no build of this program.
    func ending(_ status: ChildStatus) -> Ending {
        guard status == .exited(0) else { return Ending(status) }
        let consents = (try? MemoryFile.read(descriptor: answer.number)) == Succession.consent
        return consents ? .exited(0) : .notStarted("\(executable.path) is no build of this server")
    }
}

/// Why an upgrade does not come about.
struct UpgradeError: Error, CustomStringConvertible {
    let description: String
}
