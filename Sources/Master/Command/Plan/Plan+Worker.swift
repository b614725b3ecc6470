import Contract
import Linux
import Glibc
import Platform
import Supervisor

/// What workers would find, seen as they would see it.
extension Plan {
    /// Whether the worker says that its settings will do: `WORKER check`, as the user and with the environment of a worker.
    /// What it says goes to standard error.
    func checkWorker(_ executable: Executable) throws(StartError) {
        let credentials = try credentials()
        var launch = Launch(
            executable, arguments: ["check"], environment: childEnvironment(settings: settings, as: credentials))
        launch.environment[Inheritance.generation] = "1"
        launch.credentials = credentials
        launch.ownsGroup = true
        let child: Child
        do {
            child = try launch.start()
        } catch {
            switch error {
            case .system(let error):
                throw StartError(.usage, "the worker \(worker) cannot be run\(asWhom): \(Self.advice(starting: error))")
            case .threads(let count):
                throw StartError(.invariant, "this process has \(count) threads and cannot fork safely")
            }
        }
        let status = try wait(for: child)
        guard status != .success else { return }
        throw StartError(
            .usage,
            "'\(worker) check'\(asWhom) has failed: \(status.text); mend what it says above (a worker that has nothing to "
                + "check ends with exit code 0)")
    }

    /// What keeps a worker from being started that could be opened, and what to do.
    private static func advice(starting error: SystemError) -> String {
        error.errno == EACCES ? advice(error) : ChildProcesses.text(error)
    }

    private func wait(for child: consuming Child) throws(StartError) -> ExitStatus {
        let end = MonotonicClock.now + settings.bootTimeout
        while true {
            if let status = child.reap() {
                child.signalGroup(SIGKILL)
                return status
            }
            let left = end - MonotonicClock.now
            guard left > .zero else { break }
            _ = Poll.wait(for: [Poll.Interest(child.descriptor)], atMost: left)
        }
        child.signalGroup(SIGKILL)
        _ = Poll.wait(for: [Poll.Interest(child.descriptor)], atMost: .seconds(1))
        _ = child.reap()
        throw StartError(
            .usage,
            "'\(worker) check'\(asWhom) has not ended within boot-timeout (\(Units.text(settings.bootTimeout))) and was killed"
        )
    }

    /// Workers open it themselves.
    func checkAccessLog(_ path: String) throws(StartError) {
        guard let credentials = try credentials() else { return try checkFile(path, of: "access-log") }
        do {
            try credentials.assumed { () throws(StartError) in try checkFile(path, of: "access-log") }
        } catch {
            throw StartError(error.code, "\(error) (workers run\(asWhom))")
        }
    }

    /// In a sentence about what the workers do.
    private var asWhom: String {
        switch (settings.user, settings.group) {
        case (nil, nil): ""
        case (nil, let group?): " as the group \(group)"
        case (let user?, nil): " as the user \(user)"
        case (let user?, let group?): " as the user \(user) and the group \(group)"
        }
    }
}
