import ArgumentParser
import Contract
import Linux

/// A command line that is none: one line, which names what is wrong and the command whose help says what would be right.
enum Usage {
    /// What the parser takes for a wish for help: no command, or help about one that there is not.
    static func check(_ arguments: [String]) throws(StartError) {
        guard let first = arguments.first else { throw StartError(.usage, "a command is missing; see 'brigade help'") }
        let asked = first == "help" ? arguments.dropFirst().first : first
        guard let asked, !asked.hasPrefix("-"), asked != "help", !commands.contains(asked) else { return }
        let question = Spelling.suggestion(for: asked, among: commands).map { "; did you mean '\($0)'?" } ?? ""
        throw StartError(.usage, sentences("there is no command '\(asked)'\(question)", "brigade help"))
    }

    /// - Parameter message: the parser's, which may have several lines.
    static func error(_ message: String, _ arguments: [String]) -> StartError {
        let line = message.split(whereSeparator: \.isNewline).joined(separator: " ")
        let command = arguments.first.flatMap { commands.contains($0) ? $0 : nil }
        return StartError(.usage, sentences(line, command.map { "brigade help \($0)" } ?? "brigade help"))
    }

    private static let commands = Commands.configuration.subcommands.map { command in
        command.configuration.commandName ?? "\(command)".lowercased()
    }

    private static func sentences(_ message: String, _ help: String) -> String {
        let isSentence = message.hasSuffix(".") || message.hasSuffix("?")
        return isSentence ? "\(message) See '\(help)'" : "\(message); see '\(help)'"
    }
}
