import ArgumentParser
import Contract
import Linux
import Glibc
import Logging
import Platform

/// `brigade`: its commands, and how they end as exit codes.
@main
enum Program {
    static func main() {
        CurrentProcess.resetInheritedState()
        // It must be read before the file can be replaced.
        _ = BrigadeExecutable.path
        let arguments = BrigadeExecutable.arguments
        useLogFormat(arguments)
        do {
            try checkCommand(arguments)
            var command = try RootCommand.parseAsRoot(arguments)
            try command.run()
        } catch let error as StartError {
            fail(error)
        } catch {
            // A build that does not understand its arguments cannot take a master's place either.
            if let handshake = UpgradeHandshake.fromEnvironment() {
                goBack(handshake, "\(RootCommand.message(for: error))")
            }
            switch RootCommand.exitCode(for: error) {
            case .success:
                let text = RootCommand.fullMessage(for: error)
                if !text.isEmpty { print(text) }
                exit(Contract.ExitCode.ok.rawValue)
            case .validationFailure:
                fail(usageError(RootCommand.message(for: error), arguments))
            case let code:
                LogOutput.finish()
                exit(code.rawValue)
            }
        }
    }

    /// For a server's errors before its settings are read, as far as the format can be seen then. Other commands are for
    /// people.
    private static func useLogFormat(_ arguments: [String]) {
        guard arguments.first == "serve" else { return }
        let setting = Settings.schema.logFormat
        var text = getenv(setting.variable).map { String(cString: $0) }
        for (index, argument) in arguments.enumerated() {
            if argument.hasPrefix("--\(setting.flag)=") { text = String(argument.dropFirst(setting.flag.count + 3)) }
            if argument == "--\(setting.flag)", index + 1 < arguments.count { text = arguments[index + 1] }
        }
        LogOutput.use(text.flatMap { LogFormat(rawValue: $0.lowercased()) } ?? .text, LogProcess(.master))
    }

    private static func goBack(_ handshake: UpgradeHandshake, _ reason: String) {
        guard handshake.step != .check else { return }
        do {
            try handshake.goBack(because: UpgradeError(reason))
        } catch {
            fail(error)
        }
    }

    private static func fail(_ error: StartError) -> Never {
        LogOutput.finish()
        LogOutput.writeToStandardError(error.description, .error, program: "brigade")
        exit(error.code.rawValue)
    }

    /// Problems that do no harm, on the terminal.
    static func printWarnings(_ warnings: [String]) {
        for warning in warnings {
            LogOutput.writeToStandardError(warning, .warning, program: "brigade: warning")
        }
    }

    // MARK: - Usage errors

    /// ArgumentParser takes a missing command, and help about an unknown one, for a request for help.
    private static func checkCommand(_ arguments: [String]) throws(StartError) {
        guard let first = arguments.first else { throw StartError(.usage, "a command is missing; see 'brigade help'") }
        let asked = first == "help" ? arguments.dropFirst().first : first
        guard let asked, !asked.hasPrefix("-"), asked != "help", !commands.contains(asked) else { return }
        let question = NameSuggestion.closest(to: asked, among: commands).map { "; did you mean '\($0)'?" } ?? ""
        throw StartError(.usage, withHelp("unknown command '\(asked)'\(question)", "brigade help"))
    }

    /// - Parameter message: the parser's; it may have several lines.
    private static func usageError(_ message: String, _ arguments: [String]) -> StartError {
        let line = message.split(whereSeparator: \.isNewline).joined(separator: " ")
        let command = arguments.first.flatMap { commands.contains($0) ? $0 : nil }
        return StartError(.usage, withHelp(line, command.map { "brigade help \($0)" } ?? "brigade help"))
    }

    private static let commands = RootCommand.configuration.subcommands.compactMap { $0.configuration.commandName }

    private static func withHelp(_ message: String, _ command: String) -> String {
        let isSentence = message.hasSuffix(".") || message.hasSuffix("?")
        return isSentence ? "\(message) See '\(command)'" : "\(message); see '\(command)'"
    }
}

private struct RootCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "brigade", abstract: "A prefork application server.", version: "brigade \(Version.text)",
        subcommands: [
            ServeCommand.self, CheckCommand.self, ConfigCommand.self, StatusCommand.self, TopCommand.self,
            InFlightCommand.self, StacksCommand.self, ReloadCommand.self, StopCommand.self, ScaleCommand.self,
            WorkersCommand.self, LogLevelCommand.self, NewCommand.self,
        ])
}

/// Why a command failed, or a master did not start: one line, which names what is wrong and says what to do.
struct StartError: Error, CustomStringConvertible {
    let code: Contract.ExitCode
    let description: String

    init(_ code: Contract.ExitCode, _ description: String) {
        self.code = code
        self.description = description
    }
}
