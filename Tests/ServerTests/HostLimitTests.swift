import Foundation
import Testing

/// Limits of the host that are too tight: one line that names what to raise, and an exit code; no trap.
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
        let worker = try run(limit, [Built.faultyWorker, "serve"], try Server.newFolder())
        #expect(try worker.waitForExit() == 3, "\(worker.output)")
        let lines = worker.output.split(separator: "\n")
        #expect(lines.count == 1 && lines[0].contains(advice), "\(worker.output)")
    }

    @Test(
        .enabled(if: canBeSet),
        arguments: [("--as=80000000", "ulimit -v"), ("--nofile=4", "ulimit -n"), ("--fsize=100000", "ulimit -f")])
    func aMasterNamesTheLimit(limit: String, advice: String) throws {
        let master = try run(
            limit, [Built.brigade, "serve", "--worker", Built.faultyWorker], try Server.newFolder())
        #expect(try master.waitForExit() == 1, "\(master.output)")
        #expect(master.output.split(separator: "\n").count == 1, "\(master.output)")
        #expect(master.output.contains(advice), "\(master.output)")
    }

    @Test(.enabled(if: Limits.canBeSet))
    func aWorkerWithoutThreadsSaysSo() throws {
        let limits = try Limits()
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
}
