import Foundation
import Testing

/// ProcessLimit of the host that are too tight: one line that names what to raise, and an exit code; no trap.
@Suite(.serialized) struct HostLimitTests {
    private static let prlimit = "/usr/bin/prlimit"

    private static var canBeSet: Bool { FileManager.default.isExecutableFile(atPath: prlimit) }

    /// - Parameter program: a worker by itself, or a master.
    private func run(_ limit: String, _ program: [String], _ folder: String) throws -> ChildProcess {
        try ChildProcess(
            Self.prlimit, [limit] + program,
            environment: ["BIND": "127.0.0.1:0", "PATH": "/usr/bin:/bin", "SWIFT_BACKTRACE": "enable=no"],
            folder: folder)
    }

    @Test(
        .enabled(if: canBeSet),
        arguments: [
            ("--as=80000000", "ulimit -v"), ("--as=160000000", "ulimit -v"), ("--nofile=64", "ulimit -n"),
            ("--fsize=100000", "ulimit -f"),
        ])
    func aWorkerNamesTheLimit(limit: String, advice: String) throws {
        let worker = try run(limit, [BuildProducts.faultyWorker, "serve"], try TestServer.newFolder())
        #expect(try worker.waitForExit() == 3, "\(worker.output)")
        let lines = worker.output.split(separator: "\n")
        #expect(lines.count == 1 && lines[0].contains(advice), "\(worker.output)")
    }

    @Test(
        .enabled(if: canBeSet),
        arguments: [("--as=80000000", "ulimit -v"), ("--nofile=4", "ulimit -n"), ("--fsize=100000", "ulimit -f")])
    func aMasterNamesTheLimit(limit: String, advice: String) throws {
        let master = try run(
            limit, [BuildProducts.brigade, "serve", "--worker", BuildProducts.faultyWorker], try TestServer.newFolder())
        #expect(try master.waitForExit() == 1, "\(master.output)")
        #expect(master.output.split(separator: "\n").count == 1, "\(master.output)")
        #expect(master.output.contains(advice), "\(master.output)")
    }

    @Test(.enabled(if: ProcessLimit.canBeSet))
    func aWorkerWithoutThreadsSaysSo() throws {
        let limits = try ProcessLimit()
        let worker = try ChildProcess(
            limits.asUser.first ?? Self.prlimit,
            Array((limits.asUser + [Self.prlimit, "--nproc=4", limits.worker, "serve"]).dropFirst()),
            environment: ["BIND": "127.0.0.1:0", "SWIFT_BACKTRACE": "enable=no"], folder: limits.folder)
        #expect(try worker.waitForExit() == 3, "\(worker.output)")
        #expect(
            worker.output.contains("the host has too few resources for this worker: pthread_create: "),
            "\(worker.output)")
        #expect(worker.output.contains("ulimit -u"))
    }

    /// RLIMIT_FSIZE, as `ulimit -f` and LimitFSIZE= set it.
    @Test(.enabled(if: canBeSet))
    func aFullLogEndsNeitherTheMasterNorAWorker() throws {
        let folder = try TestServer.newFolder()
        let program = folder + "/limited"
        let limit = 8192
        // The soft limit alone, which anybody may set.
        let script = "#!/bin/sh\nexec \(Self.prlimit) --fsize=\(limit): '\(BuildProducts.brigade)' \"$@\"\n"
        try Data(script.utf8).write(to: URL(filePath: program))
        chmod(program, 0o755)
        let server = try TestServer(
            faulty: 2, flags: ["--access-log", "access.log"], program: program, folder: folder, log: folder + "/log")
        try server.waitForStatus("settled") { $0.isSettled }
        let before = server.workers
        let client = try server.client()
        for _ in 0..<200 { #expect(try client.ask("/hello").status == 200) }
        #expect(server.workers == before)
        #expect(try size(of: folder + "/access.log") == limit)
        while try size(of: folder + "/log") < limit { #expect(try server.command("reload", "--wait").code == 0) }
        #expect(try server.command("reload", "--wait").code == 0)
        try server.waitForStatus("settled") { $0.isSettled }
        #expect(try server.command("stop", "--wait").code == 0)
        #expect(try server.master.waitForExit() == 0)
    }

    private func size(of path: String) throws -> Int {
        try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
    }
}
