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
    @Flag(help: "Print JSON, on one line.") var json = false

    func run() throws {
        try options.ask(.status(asJSON: json))
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

/// `brigade top`, which is reserved for a later version.
struct TopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top", abstract: "Not supported yet.", shouldDisplay: false)

    @Argument(parsing: .captureForPassthrough) var rest: [String] = []

    func run() throws {
        throw StartError(.usage, "brigade top is not supported yet; brigade status shows each worker")
    }
}

/// Finds a running server and asks it.
struct ControlOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The server's control socket (BRIGADE_CONTROL; default: control.sock in $RUNTIME_DIRECTORY or /run/brigade).",
            valueName: "path"))
    var control: String?

    @Option(
        help: ArgumentHelp("The env file that the server was started with (BRIGADE_ENV_FILE).", valueName: "path"))
    var envFile: String?

    /// Sends the request, waits for the reply, and prints it. A reply that is a failure is exit code 1.
    /// - Parameter waitsForExit: whether to wait, after the reply, until the master has exited.
    func ask(_ request: ControlRequest, waitsForExit: Bool = false) throws {
        let path = try path()
        let reply: ControlReply
        do {
            let connection = try ControlConnection(to: path)
            reply = try connection.ask(request)
            if waitsForExit, reply.isSuccess { try connection.waitForExit() }
        } catch let error as SystemError {
            throw StartError(.usage, "no server answers at \(path): \(Self.advice(error))")
        }
        guard reply.isSuccess else { throw StartError(.usage, reply.text.trimmingNewlines) }
        print(reply.text, terminator: "")
    }

    private func path() throws(StartError) -> String {
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

    private static func advice(_ error: SystemError) -> String {
        switch error.errno {
        case .noSuchFileOrDirectory, .connectionRefused: "it is not running, or has no --control; \(error)"
        case .resourceTemporarilyUnavailable: "it accepts no connection"
        case .permissionDenied, .notPermitted: "only the server's user and root may connect; \(error)"
        default: "\(error)"
        }
    }
}

extension String {
    fileprivate var trimmingNewlines: String {
        String(self[..<(lastIndex { $0 != "\n" }.map(index(after:)) ?? endIndex)])
    }
}
