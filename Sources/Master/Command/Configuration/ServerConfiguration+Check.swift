import Contract
import Linux
import Glibc
import Platform
import Supervisor
import SystemPackage

/// Whether what the settings name can be used: what `brigade check` looks at, and a start in part.
extension ServerConfiguration {
    /// Checks sockets, files, the user and the group.
    /// - Returns: the addresses where a server listens now.
    func checkResources() throws(StartError) -> [BindAddress] {
        let inUse = try checkAddresses()
        if let pidfile = settings.pidfile { try checkPidfile(pidfile) }
        try checkDescriptors()
        if case .file(let path) = settings.accessLog { try checkAccessLog(path) }
        if let errorLog = settings.errorLog, InheritedDescriptor(path: errorLog) == nil {
            try checkFile(errorLog, of: "error-log")
        }
        _ = try credentials()
        return inUse
    }

    // MARK: - Addresses

    private func checkAddresses() throws(StartError) -> [BindAddress] {
        var inUse: [BindAddress] = []
        for address in settings.bind {
            do {
                if try ListeningSocket.validate(address) { inUse.append(address) }
            } catch {
                throw StartError(.usage, bindError(address, error))
            }
        }
        if let control = settings.control {
            do {
                _ = try ListeningSocket.validate(.unix(path: control))
            } catch {
                throw StartError(.usage, controlError(.unix(path: control), error))
            }
        }
        if let metrics = settings.metricsBind {
            do {
                if try ListeningSocket.validate(metrics) { inUse.append(metrics) }
            } catch {
                throw StartError(.usage, metricsError(metrics, error))
            }
        }
        try checkOverlaps(code: .usage)
        return inUse
    }

    /// Checks that the addresses do not exclude each other.
    func checkOverlaps(code: ExitCode) throws(StartError) {
        let control = settings.control.map { BindAddress.unix(path: $0) }
        do {
            try ListeningSocket.checkOverlaps(settings.bind + [control, settings.metricsBind].compactMap(\.self))
        } catch {
            let text =
                switch error.address {
                case settings.metricsBind: metricsError(error.address, error.failure)
                case control: controlError(error.address, error.failure)
                default: bindError(error.address, error.failure)
                }
            throw StartError(code, text)
        }
    }

    private func bindError(_ address: BindAddress, _ failure: ListenError.Reason) -> String {
        "\(assignment(of: "bind")): \(ListenError(address, failure, choosing: bindSetting))"
    }

    private func controlError(_ address: BindAddress, _ failure: ListenError.Reason) -> String {
        "\(assignment(of: "control")): \(ListenError(address, failure, choosing: "--control"))"
    }

    private func metricsError(_ address: BindAddress, _ failure: ListenError.Reason) -> String {
        "\(assignment(of: "metrics-bind")): \(ListenError(address, failure, choosing: "--metrics-bind"))"
    }

    /// Who may connect to each unix socket.
    var socketModeNotes: [String] {
        let mode = settings.socketMode
        let who =
            if mode & 0o002 != 0 {
                "every user of this machine"
            } else if mode & 0o020 != 0 {
                "its user and its group"
            } else {
                "its user only"
            }
        return settings.bind.filter { if case .unix = $0 { true } else { false } }.map {
            "\($0): mode \(ValueSyntax.text(mode: mode)) (socket-mode): \(who) may connect"
        }
    }

    // MARK: - Files

    /// Checks the descriptors that logs are written to.
    func checkDescriptors() throws(StartError) {
        if case .descriptor(let descriptor) = settings.accessLog { try checkDescriptor(descriptor, of: "access-log") }
        if let descriptor = settings.errorLog.flatMap(InheritedDescriptor.init(path:)) {
            try checkDescriptor(descriptor, of: "error-log")
        }
    }

    func checkDescriptor(_ descriptor: InheritedDescriptor, of flag: String) throws(StartError) {
        do {
            try descriptor.validate()
        } catch {
            throw StartError(
                .usage, "\(assignment(of: flag)): cannot write to \(descriptor): \(error); give the path of a file")
        }
    }

    private func checkPidfile(_ path: String) throws(StartError) {
        try checkFile(path, of: "pidfile")
        do {
            try Pidfile.validate(path)
        } catch {
            throw StartError(.usage, "\(assignment(of: "pidfile")): \(error)")
        }
    }

    /// Checks that the file can be written or created. A directory needs the rights to search and to write only.
    private func checkFile(_ path: String, of flag: String) throws(StartError) {
        var information = stat()
        if stat(path, &information) == 0 {
            guard information.st_mode & S_IFMT != S_IFDIR else {
                throw StartError(.usage, "\(assignment(of: flag)): \(path) is a directory; give the path of a file")
            }
            guard faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0 else {
                let reason = Self.reason
                throw StartError(
                    .usage, "\(assignment(of: flag)): cannot write to \(path) (\(reason)); let this user write to it")
            }
            return
        }
        let directory = FilePath(path).directory
        guard stat(directory, &information) == 0, faccessat(AT_FDCWD, directory, W_OK | X_OK, AT_EACCESS) == 0 else {
            let reason = Self.reason
            throw StartError(
                .usage,
                "\(assignment(of: flag)): cannot use the directory \(directory) (\(reason)); create it and let this user "
                    + "write to it")
        }
    }

    private static var reason: String { Errno(rawValue: errno).description }

    /// Workers open it themselves.
    private func checkAccessLog(_ path: String) throws(StartError) {
        guard let credentials = try credentials() else { return try checkFile(path, of: "access-log") }
        do {
            try credentials.withEffectiveUser { () throws(StartError) in try checkFile(path, of: "access-log") }
        } catch {
            throw StartError(error.code, "\(error) (workers run\(asUserAndGroup))")
        }
    }

    /// In a sentence about what the workers do.
    private var asUserAndGroup: String {
        switch (settings.user, settings.group) {
        case (nil, nil): ""
        case (nil, let group?): " as the group \(group)"
        case (let user?, nil): " as the user \(user)"
        case (let user?, let group?): " as the user \(user) and the group \(group)"
        }
    }

    // MARK: - The worker

    /// Runs `WORKER check`, as the user and with the environment of a worker. What it prints goes to standard error.
    func checkWorker(_ executable: Executable) throws(StartError) {
        let credentials = try credentials()
        var launch = Launch(
            executable, arguments: ["check"], environment: childEnvironment(settings: settings, as: credentials))
        launch.environment[WorkerEnvironment.generation] = "1"
        launch.credentials = credentials
        launch.ownsGroup = true
        let child: Child
        do {
            child = try launch.start()
        } catch {
            switch error {
            case .system(let error):
                throw StartError(
                    .usage, "cannot run the worker \(worker)\(asUserAndGroup): \(Self.advice(starting: error))")
            case .threads(let count):
                throw StartError(.invariant, "this process has \(count) threads and cannot fork safely")
            }
        }
        let ending = try wait(for: child)
        guard ending != .exited(0) else { return }
        throw StartError(
            .usage,
            "'\(worker) check'\(asUserAndGroup) failed: \(ending.text); fix what it says above (a worker that has nothing "
                + "to check must exit with code 0)")
    }

    /// What keeps a worker that could be opened from being started, and what to do.
    private static func advice(starting error: SystemError) -> String {
        error.errno == .permissionDenied ? advice(opening: error) : ChildProcesses.text(error)
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
        let timeout = ValueSyntax.text(settings.bootTimeout)
        throw StartError(
            .usage, "'\(worker) check'\(asUserAndGroup) took longer than boot-timeout (\(timeout)) and was killed")
    }
}
