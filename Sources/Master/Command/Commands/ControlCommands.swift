import ArgumentParser
import Contract
import Linux
import Glibc
import Platform
import SystemPackage

/// `brigade status`.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show the state of a running server and its workers.")

    @OptionGroup var options: ControlOptions

    func run() throws {
        try options.ask(.status(asJSON: options.json))
    }
}

/// `brigade inflight`.
struct InFlightCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inflight", abstract: "Show the requests that all workers handle now, the oldest first.")

    @OptionGroup var options: ControlOptions
    @Option(help: ArgumentHelp("How many to show, at most \(InFlightReport.most).", valueName: "number"))
    var limit = 50

    func validate() throws {
        guard (1...InFlightReport.most).contains(limit) else {
            throw ValidationError("--limit \(limit): give 1 to \(InFlightReport.most)")
        }
    }

    func run() throws {
        try options.ask(.inFlight(limit, asJSON: options.json))
    }
}

/// `brigade reload`: the same as HUP.
struct ReloadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload", abstract: "Replace all workers one by one, without losing a request.")

    @OptionGroup var options: ControlOptions
    @Flag(help: "Wait for the result; exit with 1 if the reload failed.") var wait = false

    func run() throws {
        try options.ask(.reload(waits: wait))
    }
}

/// `brigade stop`: the same as TERM.
struct StopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "Stop a running server gracefully.")

    @OptionGroup var options: ControlOptions
    @Flag(help: "Wait until the server has exited.") var wait = false

    func run() throws {
        try options.ask(.stop(waits: wait), waitsForExit: wait)
    }
}

/// `brigade scale`.
struct ScaleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scale", abstract: "Change the number of workers, and wait until they are ready.")

    @OptionGroup var options: ControlOptions
    @Argument(help: "The number of workers.") var workers: Int

    func run() throws {
        try options.ask(.scale(workers))
    }
}

/// `brigade workers`.
struct WorkersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "workers", abstract: "Replace a worker.", subcommands: [DrainCommand.self])
}

/// `brigade workers drain`.
struct DrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain", abstract: "Replace a worker: it serves until its replacement is ready, and then drains.")

    @OptionGroup var options: ControlOptions
    @Argument(help: "The number of the worker, as brigade status shows it.") var worker: Int
    @Flag(help: "Wait until it has exited; exit with 1 if its replacement does not become ready.") var wait = false

    func run() throws {
        try options.ask(.drain(slot: worker, waits: wait))
    }
}

/// `brigade log-level`.
struct LogLevelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log-level", abstract: "Change the log level of the master and all workers until the next reload.")

    @OptionGroup var options: ControlOptions
    @Argument(help: "trace, debug, info, notice, warning, error or critical.", transform: Self.level)
    var level: LogLevel

    private static func level(_ text: String) throws -> LogLevel {
        do throws(InvalidValue) {
            return try LogLevel(text)
        } catch {
            throw ValidationError("'\(text.visible)': \(error)")
        }
    }

    func run() throws {
        try options.ask(.logLevel(level))
    }
}

/// `brigade stacks`.
struct StacksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stacks", abstract: "Show what all threads of a worker are doing, without stopping it.")

    @OptionGroup var options: ControlOptions
    @Argument(help: "The number of the worker, as brigade status shows it.") var worker: Int

    func run() throws {
        try options.ask(.stacks(slot: worker, asJSON: options.json)) {
            $0.split(separator: "\n").map(SwiftSymbol.demangled(in:)).joined(separator: "\n")
        }
    }
}

/// Where the control socket is.
struct ControlSocketOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The server's control socket (BRIGADE_CONTROL; default: control.sock in $RUNTIME_DIRECTORY or /run/brigade).",
            valueName: "path"))
    var control: String?

    @Option(
        help: ArgumentHelp("The env file that the server was started with (BRIGADE_ENV_FILE).", valueName: "path"))
    var envFile: String?

    func path() throws(StartError) -> String {
        if let control { return control }
        var flags: [String: [String]] = [:]
        flags["env-file"] = envFile.map { [$0] }
        try ServerConfiguration.changeDirectory(flags: [:], environment: Environment.variables)
        do {
            let settings = try ResolvedSettings.reading(flags: flags, environment: Environment.variables).settings
            if let path = settings.control { return path }
        } catch {
            // The server's env file may be broken by now. The server must be found all the same: it reports the file's
            // errors itself, at a reload.
            guard envFile == nil, let path = Self.pathWithoutEnvFile else { throw StartError(.usage, "\(error)") }
            return path
        }
        if access(Self.packagedPath, F_OK) == 0 || errno == EACCES { return Self.packagedPath }
        throw StartError(
            .usage,
            "no control socket found: neither BRIGADE_CONTROL nor RUNTIME_DIRECTORY is set, and there is no "
                + "\(Self.packagedPath); give --control, as the server has it")
    }

    /// What the environment gives, if it exists.
    private static var pathWithoutEnvFile: String? {
        let resolved = try? ResolvedSettings(flags: [:], environment: Environment.variables, file: nil)
        return [resolved?.settings.control, packagedPath].compactMap(\.self).first { access($0, F_OK) == 0 }
    }

    /// Of deploy/brigade.service.
    private static let packagedPath = "/run/brigade/control.sock"

    /// Why nobody answers there, and what to do.
    static func noServer(at path: String, _ error: SystemError) -> StartError {
        StartError(.usage, "no server answers at \(path): \(advice(error))")
    }

    private static func advice(_ error: SystemError) -> String {
        switch error.errno {
        case .noSuchFileOrDirectory, .connectionRefused: "it is not running, or has no --control; \(error)"
        case .resourceTemporarilyUnavailable: "it accepts no connection"
        case .permissionDenied, .notPermitted: "only the server's user and root may connect; \(error)"
        default: "\(error)"
        }
    }
}

/// Finds a running server and asks it.
struct ControlOptions: ParsableArguments {
    @OptionGroup var socket: ControlSocketOptions
    @Flag(help: "Print JSON, on one line.") var json = false

    /// Sends the request, waits for the reply, and prints it. A failure is exit code 1.
    /// - Parameters:
    ///   - waitsForExit: whether to wait, after the reply, until the master has exited.
    ///   - format: makes a text for a person of the reply.
    func ask(
        _ request: ControlRequest, waitsForExit: Bool = false, format: (String) -> String = { $0 }
    ) throws {
        do {
            let text = try reply(to: request, waitsForExit)
            guard json else { return print(format(text)) }
            print(request.hasJSONReply ? text : ReportJSON.text(Outcome(ok: true, result: text)))
        } catch let error as StartError where json {
            print(ReportJSON.text(Outcome(ok: false, error: error.description)))
            throw ArgumentParser.ExitCode(error.code.rawValue)
        }
    }

    /// What JSON says of a request whose reply is a sentence, and of one that has failed.
    private struct Outcome: Encodable {
        let ok: Bool
        var result: String?
        var error: String?
    }

    private func reply(to request: ControlRequest, _ waitsForExit: Bool) throws -> String {
        let path = try socket.path()
        let reply: ControlReply
        do {
            let connection = try ControlConnection(to: path)
            reply = try connection.ask(request)
            if waitsForExit, reply.isSuccess { try connection.waitForExit() }
        } catch let error as SystemError {
            throw ControlSocketOptions.noServer(at: path, error)
        }
        guard reply.isSuccess else { throw StartError(.usage, reply.text.trimmingNewlines) }
        return reply.text.trimmingNewlines
    }
}

extension ControlRequest {
    fileprivate var hasJSONReply: Bool {
        switch self {
        case .status(let asJSON), .inFlight(_, let asJSON), .stacks(_, let asJSON): asJSON
        case .reload, .stop, .scale, .drain, .logLevel: false
        }
    }
}

extension String {
    fileprivate var trimmingNewlines: String {
        String(self[..<(lastIndex { $0 != "\n" }.map(index(after:)) ?? endIndex)])
    }
}
