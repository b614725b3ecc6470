import Foundation

/// A limit of processes for a server. Root has none, so root's server runs as a user that nobody else is.
struct ProcessLimit {
    private static let user = 54_321
    private static let prlimit = "/usr/bin/prlimit"
    private static let setpriv = "/usr/bin/setpriv"

    static var canBeSet: Bool {
        let tools = geteuid() == 0 ? [prlimit, setpriv] : [prlimit]
        return tools.allSatisfy(FileManager.default.isExecutableFile)
    }

    /// Where that user may write, with what that user may run: the build may lie where nobody else gets in.
    let folder: String
    let program: String
    let worker: String

    init() throws {
        folder = try TestServer.newFolder()
        worker = folder + "/worker"
        try FileManager.default.copyItem(atPath: BuildProducts.faultyWorker, toPath: worker)
        guard geteuid() == 0 else {
            program = BuildProducts.brigade
            return
        }
        try FileManager.default.copyItem(atPath: BuildProducts.brigade, toPath: folder + "/real")
        program = folder + "/brigade"
        let script = "#!/bin/sh\nexec \(asUser.joined(separator: " ")) '\(folder)/real' \"$@\"\n"
        try Data(script.utf8).write(to: URL(filePath: program))
        guard chmod(program, 0o755) == 0, chmod(folder, 0o777) == 0 else {
            throw ChildProcess.Failure(description: "chmod: \(errno)")
        }
    }

    /// Lets a process, and those that it starts, have one process: their user has more already.
    func allowNoProcess(to pid: pid_t) throws {
        try setProcesses(of: pid, to: "1")
    }

    /// As it was when the process started, with the limits of this one.
    func restoreProcesses(of pid: pid_t) throws {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(__RLIMIT_NPROC.rawValue), &limit)
        try setProcesses(of: pid, to: limit.rlim_cur == rlim_t.max ? "unlimited" : "\(limit.rlim_cur)")
    }

    private func setProcesses(of pid: pid_t, to soft: String) throws {
        // As that user too: root of a container may not reach into others. The hard limit stays.
        let words = asUser + [Self.prlimit, "--pid=\(pid)", "--nproc=\(soft):"]
        let process = try ChildProcess(words[0], Array(words.dropFirst()), environment: [:], folder: "/")
        guard try process.waitForExit() == 0 else { throw ChildProcess.Failure(description: process.output) }
    }

    /// What runs a program as that user.
    var asUser: [String] {
        if geteuid() != 0 { return [] }
        return [Self.setpriv, "--reuid=\(Self.user)", "--regid=\(Self.user)", "--clear-groups"]
    }
}
