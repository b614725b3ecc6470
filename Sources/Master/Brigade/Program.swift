import ArgumentParser
import Contract
import Glibc

/// `brigade`: its commands, and their ends as exit codes.
@main
enum Program {
    static func main() {
        do {
            var command = try Commands.parseAsRoot()
            try command.run()
        } catch let error as StartError {
            complain("brigade: \(error)")
            exit(error.code.rawValue)
        } catch {
            switch Commands.exitCode(for: error) {
            case .success:
                let text = Commands.fullMessage(for: error)
                if !text.isEmpty { print(text) }
                exit(Contract.ExitCode.ok.rawValue)
            case .validationFailure:
                complain("brigade: \(Commands.message(for: error)); see 'brigade help serve'")
                exit(Contract.ExitCode.usage.rawValue)
            case let code:
                exit(code.rawValue)
            }
        }
    }

    private static func complain(_ text: String) {
        let line = text + "\n"
        _ = write(STDERR_FILENO, line, line.utf8.count)
    }
}

struct Commands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "brigade", abstract: "A prefork application server.", subcommands: [Serve.self, Check.self])
}
