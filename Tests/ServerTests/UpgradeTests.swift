import Foundation
import Testing

/// USR2: another build of the master takes over in the same process.
@Suite(.serialized) struct UpgradeTests {
    @Test(arguments: TestServer.Socket.allCases)
    func anUpgradeKeepsThePidTheSocketAndEveryRequest(socket: TestServer.Socket) throws {
        let server = try TestServer(faulty: 2, on: socket, flags: ["--pidfile", "pid"])
        let before = server.workers
        let load = Load(server.address, threads: 4) { _, _ in Load.Exchange(target: "/hello", words: "hello") }
        try load.waitForMore(than: 20)
        for _ in 0..<2 {
            let mark = server.master.mark
            server.master.signal(SIGUSR2)
            try server.master.waitFor("upgrade complete", from: mark)
            try server.master.waitFor("reload complete", from: mark)
            try load.waitForMore(than: 20)
        }
        let outcome = load.stop()
        #expect(outcome.failures == [], "\(outcome.summary)")
        try server.waitForStatus("settled") { $0.isSettled }
        #expect(Set(before).isDisjoint(with: server.workers), "its workers follow")
        #expect(Machine.threads(of: server.master.pid) == 1)
        let pidfile = try String(contentsOfFile: server.folder + "/pid", encoding: .utf8)
        #expect(pidfile == "\(server.master.pid)\n")
        #expect(try server.command("stop", "--wait").code == 0)
        #expect(try server.master.waitForExit() == 0)
        #expect(!FileManager.default.fileExists(atPath: server.folder + "/pid"))
    }

    @Test(arguments: Deployment.Wreck.allCases)
    func anUpgradeToABrokenBuildIsAbandonedAndTheNextOneIsNot(wreck: Deployment.Wreck) throws {
        let folder = try TestServer.newFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let program = try Deployment(of: BuildProducts.brigade, as: folder + "/brigade")
        let server = try TestServer(faulty: 2, program: program.path)
        let before = server.workers
        try program.wreck(wreck)
        var mark = server.master.mark
        server.master.signal(SIGUSR2)
        try server.master.waitFor("upgrade failed", from: mark)
        #expect(server.workers == before)
        #expect(try server.ask("/hello").body == "hello")
        #expect(try server.status().state == "serving")
        // A crash and a reload go as ever.
        mark = server.master.mark
        kill(before[0], SIGKILL)
        try server.master.waitFor("worker ready", from: mark)
        #expect(try server.command("reload", "--wait").code == 0)
        try program.restore()
        mark = server.master.mark
        server.master.signal(SIGUSR2)
        try server.master.waitFor("upgrade complete", from: mark)
        try server.master.waitFor("reload complete", from: mark)
        #expect(try server.ask("/hello").body == "hello")
    }

    /// The header is the master's, and any worker can write to it.
    @Test func aScoreboardWithNonsenseInItsHeaderIsAnAbandonedUpgradeAndServesOn() throws {
        let server = try TestServer(faulty: 2)
        let before = server.workers
        #expect(try server.ask("/spoil-header").body == "spoiled")
        var mark = server.master.mark
        server.master.signal(SIGUSR2)
        try server.master.waitFor("upgrade failed", from: mark)
        #expect(server.workers == before)
        #expect(try server.ask("/hello").body == "hello")
        #expect(try server.status().isSettled)
        mark = server.master.mark
        server.master.signal(SIGUSR2)
        try server.master.waitFor("upgrade complete", from: mark)
        try server.master.waitFor("reload complete", from: mark)
        #expect(try server.ask("/hello").body == "hello")
    }

    @Test func aWorkerThatStartsAfterTheHeaderWasWrittenOverFindsItWhole() throws {
        let server = try TestServer(faulty: 2)
        #expect(try server.ask("/spoil-header").body == "spoiled")
        let mark = server.master.mark
        kill(server.workers[0], SIGKILL)
        try server.master.waitFor("worker ready", from: mark)
        #expect(server.master.lines(with: "scoreboard's header: it is restored", from: mark).count == 1)
        #expect(try server.waitForStatus("settled") { $0.isSettled }.workers.count == 2)
    }

    /// A worker may shut a listener down in the moment of the exec, and the master hears of it only afterwards.
    @Test func listenersThatWereShutDownAreMendedAndTheUpgradeGoesOn() throws {
        for _ in 0..<3 {
            let server = try TestServer(faulty: 2)
            let mark = server.master.mark
            server.master.signal(SIGUSR2)
            let client = try server.client()
            _ = try? client.ask("GET", "/shut")
            try server.master.waitFor("upgrade complete", from: mark)
            try server.master.waitFor("reload complete", from: mark)
            #expect(try server.ask("/hello").body == "hello")
        }
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/prlimit")))
    func withoutRoomForTheFilesOfTwoMastersAnUpgradeIsAbandoned() throws {
        let server = try TestServer(faulty: 2)
        func allow(files: String) throws {
            let prlimit = try ChildProcess(
                "/usr/bin/prlimit", ["--pid", "\(server.master.pid)", "--nofile=\(files):"], environment: [:],
                folder: "/")
            #expect(try prlimit.waitForExit() == 0, "\(prlimit.output)")
        }
        var usual = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &usual)
        // Enough for the check in a child.
        try allow(files: "\(Machine.descriptors(of: server.master.pid).count + 24)")
        var mark = server.master.mark
        server.master.signal(SIGUSR2)
        try server.master.waitFor("upgrade failed", from: mark)
        #expect(server.master.said(from: mark).contains("LimitNOFILE"))
        #expect(try server.ask("/hello").body == "hello")
        try allow(files: "\(usual.rlim_cur)")
        mark = server.master.mark
        server.master.signal(SIGUSR2)
        try server.master.waitFor("upgrade complete", from: mark)
    }

    /// The server has found out once who its workers shall be.
    @Test(.enabled(if: geteuid() == 0, "only root may change users"))
    func aUserWhoIsGoneFromPasswdByThenIsStillTheUserOfTheWorkers() throws {
        let folder = try TestServer.newFolder()
        let passwd = folder + "/passwd"
        let users = try String(contentsOfFile: "/etc/passwd", encoding: .utf8)
        try Data((users + "gone:x:54399:54399::/:/bin/sh\n").utf8).write(to: URL(filePath: passwd))
        let trial = try ChildProcess(
            "/bin/sh", ["-c", "unshare -m mount --bind passwd /etc/passwd"], environment: ["PATH": "/usr/bin:/bin"],
            folder: folder)
        guard try trial.waitForExit() == 0 else { try Test.cancel("nothing can be mounted here: \(trial.output)") }
        // Where that user may run it: the build may lie where nobody else gets in.
        try FileManager.default.copyItem(atPath: BuildProducts.faultyWorker, toPath: folder + "/worker")
        let script = "mount --bind passwd /etc/passwd && exec '\(BuildProducts.brigade)' \"$@\""
        let program = folder + "/brigade"
        try Data("#!/bin/sh\nexec unshare -m sh -c '\(script.replacing("'", with: "'\\''"))' sh \"$@\"\n".utf8)
            .write(to: URL(filePath: program))
        chmod(program, 0o755)
        let server = try TestServer(
            workers: 1, flags: ["--worker", folder + "/worker", "--control", "control.sock", "--user", "gone"],
            environment: ["FAULT_FILE": "fault"], program: program, folder: folder)
        // The file that is mounted, and not another in its place.
        let file = try FileHandle(forWritingTo: URL(filePath: passwd))
        try file.truncate(atOffset: 0)
        try file.write(contentsOf: Data(users.utf8))
        try file.close()
        let mark = server.master.mark
        server.master.signal(SIGUSR2)
        try server.master.waitFor("upgrade complete", from: mark)
        try server.master.waitFor("reload complete", from: mark)
        #expect(try server.ask("/hello").body == "hello")
        var information = stat()
        #expect(stat("/proc/\(server.workers[0])", &information) == 0)
        #expect(information.st_uid == 54_399)
    }

    @Test func aRequestThatIsInFlightDuringAnUpgradeIsAnswered() throws {
        let server = try TestServer(faulty: 1)
        let client = try server.client()
        try client.send("GET", "/sleep/1?ms=1500")
        try server.waitForStatus("a request in flight") { $0.workers.flatMap(\.inFlight).count == 1 }
        let mark = server.master.mark
        server.master.signal(SIGUSR2)
        try server.master.waitFor("reload complete", from: mark)
        #expect(try client.answer().body == "slept")
    }

    @Test func aWorkerThatDiesWhileTheMasterIsReplacedIsReplacedToo() throws {
        let server = try TestServer(faulty: 3)
        for _ in 0..<3 {
            let mark = server.master.mark
            let victim = try #require(server.workers.first)
            server.master.signal(SIGUSR2)
            kill(victim, SIGKILL)
            try server.master.waitFor("upgrade complete", from: mark)
            let after = try server.waitForStatus("settled") { $0.isSettled }
            #expect(after.ready.count == 3)
            #expect(!after.workers.contains { $0.pid == victim })
        }
    }
}
