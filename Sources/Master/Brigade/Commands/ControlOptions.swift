import ArgumentParser
import Contract
import Glibc
import Platform

/// Where a running master is asked.
struct ControlOptions: ParsableArguments {
    @Option(help: "The control socket of the server (BRIGADE_CONTROL; default: control.sock in $RUNTIME_DIRECTORY).")
    var control: String?

    @Option(help: "The env file that the server was started with (BRIGADE_ENV_FILE).")
    var envFile: String?

    /// Asks, waits for the reply, and prints it. A reply that is a failure is exit code 1.
    /// - Parameter waitsForTheEnd: whether to wait, after the reply, until the master is gone.
    func ask(_ request: ControlRequest, waitsForTheEnd: Bool = false) throws {
        StandardState.settle()
        let path = try path()
        let reply: ControlReply
        do {
            let connection = try ControlConnection(to: path)
            reply = try connection.ask(request)
            if waitsForTheEnd, reply.isGood { connection.waitForTheEnd() }
        } catch let error as SystemError {
            throw StartError(.usage, "no server answers at \(path): \(Self.advice(error))")
        }
        guard reply.isGood else { throw StartError(.usage, reply.text.trimmingNewlines) }
        print(reply.text, terminator: "")
    }

    private func path() throws(StartError) -> String {
        if let control { return control }
        var flags: [String: [String]] = [:]
        flags["env-file"] = envFile.map { [$0] }
        let settings: Settings
        do {
            settings = try Resolution.reading(flags: flags, environment: Environment.variables).settings
        } catch {
            throw StartError(.usage, "\(error)")
        }
        guard let path = settings.control else {
            throw StartError(.usage, "no control socket is known; name it with --control, as the server was told to")
        }
        return path
    }

    private static func advice(_ error: SystemError) -> String {
        switch error.errno {
        case ENOENT, ECONNREFUSED: "it does not run, or has no --control; \(error)"
        case EACCES, EPERM: "only the server's own user and root may ask; \(error)"
        default: "\(error)"
        }
    }
}

extension String {
    fileprivate var trimmingNewlines: String {
        String(self[..<(lastIndex { $0 != "\n" }.map(index(after:)) ?? endIndex)])
    }
}
