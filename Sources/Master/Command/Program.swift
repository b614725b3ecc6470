import ArgumentParser
import Contract
import Linux
import Glibc
import Logging
import Platform

/// `brigade`: its commands, and their ends as exit codes.
@main
enum Program {
    static func main() {
        StandardState.settle()
        _ = OwnProgram.path
        let arguments = OwnProgram.arguments
        do {
            try Usage.check(arguments)
            var command = try Commands.parseAsRoot(arguments)
            try command.run()
        } catch let error as StartError {
            fail(error)
        } catch {
            // A build that does not understand its arguments cannot take a master's place either.
            if let handshake = UpgradeHandshake.fromEnvironment() {
                goBack(handshake, "\(Commands.message(for: error))")
            }
            switch Commands.exitCode(for: error) {
            case .success:
                let text = Commands.fullMessage(for: error)
                if !text.isEmpty { print(text) }
                exit(Contract.ExitCode.ok.rawValue)
            case .validationFailure:
                fail(Usage.error(Commands.message(for: error), arguments))
            case let code:
                exit(code.rawValue)
            }
        }
    }

    private static func goBack(_ handshake: UpgradeHandshake, _ reason: String) {
        guard handshake.step != .check else { return }
        do {
            try handshake.goBack(because: UpgradeError(reason))
        } catch {
            fail(error)
        }
    }

    /// One line, whatever was typed: what is quoted of it must not end the line or speak to the terminal.
    private static func fail(_ error: StartError) -> Never {
        let text = String(String.UnicodeScalarView(error.description.unicodeScalars.map { $0.value < 0x20 ? " " : $0 }))
        LogOutput.tell("brigade: \(text)", .error)
        exit(error.code.rawValue)
    }
}

struct Commands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "brigade", abstract: "A prefork application server.", version: "brigade \(Version.text)",
        subcommands: [
            Serve.self, Check.self, Config.self, Status.self, ReloadCommand.self, Stop.self, Scale.self, Top.self,
            New.self,
        ])
}
