import ArgumentParser
import Contract
import Linux
import Glibc
import Platform

/// Where a running master is asked.
struct ControlOptions: ParsableArguments {
    @Option(
        help:
            "The control socket of the server (BRIGADE_CONTROL; default: control.sock in $RUNTIME_DIRECTORY, then in /run/brigade)."
    )
    var control: String?

    @Option(help: "The env file that the server was started with (BRIGADE_ENV_FILE).")
    var envFile: String?

    /// Asks, waits for the reply, and prints it. A reply that is a failure is exit code 1.
    /// - Parameter waitsForTheEnd: whether to wait, after the reply, until the master is gone.
    func ask(_ request: ControlRequest, waitsForTheEnd: Bool = false) throws {
        let path = try path()
        let reply: ControlReply
        do {
            let connection = try ControlConnection(to: path)
            reply = try connection.ask(request)
            if waitsForTheEnd, reply.isGood { try connection.waitForTheEnd() }
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
        try Plan.enterFolder(flags: [:], environment: Environment.variables)
        do {
            let settings = try Resolution.reading(flags: flags, environment: Environment.variables).settings
            if let path = settings.control { return path }
        } catch {
            // The server's env file may be broken by now, which must not hide the server: what it does not like about the
            // file it says itself, at a reload.
            guard envFile == nil, let path = Self.withoutFile else { throw StartError(.usage, "\(error)") }
            return path
        }
        if access(Self.shipped, F_OK) == 0 || errno == EACCES { return Self.shipped }
        throw StartError(
            .usage,
            "no control socket is known: BRIGADE_CONTROL and RUNTIME_DIRECTORY name none, and there is no "
                + "\(Self.shipped); name it with --control, as the server was told to")
    }

    /// What the environment says of it, if it is there.
    private static var withoutFile: String? {
        let resolution = try? Resolution(flags: [:], environment: Environment.variables, file: nil)
        return [resolution?.settings.control, shipped].compactMap(\.self).first { access($0, F_OK) == 0 }
    }

    /// Of deploy/brigade.service.
    private static let shipped = "/run/brigade/control.sock"

    private static func advice(_ error: SystemError) -> String {
        switch error.errno {
        case ENOENT, ECONNREFUSED: "it does not run, or has no --control; \(error)"
        case EAGAIN: "it takes nobody from its queue"
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
