import Foundation
import Testing

/// The log in a file of its own (`--error-log`), and in the journal.
@Suite(.serialized) struct ErrorLogTests {
    private func text(_ server: TestServer, _ name: String) -> String {
        (try? String(contentsOfFile: server.folder + "/" + name, encoding: .utf8)) ?? ""
    }

    @Test func masterWorkersAndPrestartWriteToIt() throws {
        let folder = try TestServer.newFolder()
        let server = try TestServer(
            workers: 1, flags: ["--error-log", "server.log", "--control", "control.sock"], folder: folder,
            log: folder + "/stderr")
        try server.waitForStatus("settled") { $0.isSettled }
        #expect(try server.command("reload", "--wait").code == 0)
        try server.waitForStatus("settled") { $0.isSettled }
        let log = text(server, "server.log")
        for words in ["master pid=", ": ready: 1 worker", "prestart pid=", "worker=1 gen=1 pid="] {
            #expect(log.contains(words), "\(log)")
        }
        #expect(text(server, "stderr") == "")
    }

    @Test func usr1OpensItAnewForEverybodyAndAnUpgradeKeepsIt() throws {
        let folder = try TestServer.newFolder()
        let server = try TestServer(
            faulty: 1, flags: ["--error-log", "server.log"], folder: folder, log: folder + "/stderr")
        try server.waitForStatus("settled") { $0.isSettled }
        #expect(rename(folder + "/server.log", folder + "/server.log.1") == 0)
        server.master.signal(SIGUSR1)
        // The signals come in their order, and the worker hears of the file before it hears that it is to drain.
        #expect(try server.command("reload", "--wait").code == 0)
        try server.waitForStatus("settled") { $0.isSettled }
        let log = text(server, "server.log")
        #expect(
            log.contains("reload complete") && log.contains("worker=1 gen=1 pid=") && log.contains(": drained"),
            "\(log)")
        #expect(!text(server, "server.log.1").contains("generation 2"))
        server.master.signal(SIGUSR2)
        try server.waitForStatus("upgraded") { $0.isSettled && $0.generation == 3 }
        #expect(text(server, "server.log").contains("upgrade complete"))
        #expect(text(server, "stderr") == "")
    }

    @Test func oneThatCannotBeOpenedAnewIsWrittenOn() throws {
        let folder = try TestServer.newFolder()
        #expect(mkdir(folder + "/logs", 0o755) == 0)
        let server = try TestServer(
            faulty: 1, flags: ["--error-log", "logs/server.log"], folder: folder, log: folder + "/stderr")
        try server.waitForStatus("settled") { $0.isSettled }
        #expect(rename(folder + "/logs", folder + "/gone") == 0)
        server.master.signal(SIGUSR1)
        #expect(try server.command("reload", "--wait").code == 0)
        let log = text(server, "gone/server.log")
        #expect(
            log.contains("error master pid=\(server.master.pid): the error log logs/server.log cannot be reopened"))
        #expect(log.contains("reload complete"))
    }

    @Test func oneThatCannotBeOpenedIsAnErrorAtTheStart() throws {
        let master = try TestServer.start(in: try TestServer.newFolder(), ["--error-log", "nowhere/server.log"])
        #expect(try master.waitForExit() == 1)
        #expect(
            master.output.hasPrefix(
                "brigade: --error-log nowhere/server.log (command line): cannot open nowhere/server.log (open: No such"
            ))
    }

    /// Whoever starts it looks at the terminal.
    @Test func aStartThatFailsIsToldWhereItWasStartedToo() throws {
        let server = try TestServer(workers: 1)
        let other = try TestServer.start(
            in: server.folder, ["--bind", "127.0.0.1:\(server.port)", "--error-log", "server.log"])
        #expect(try other.waitForExit() == 2)
        #expect(other.output.contains("another server listens there"))
        #expect(text(server, "server.log").contains("another server listens there"))
    }

    @Test func onTheJournalsStreamEachLineHasItsPriority() throws {
        let folder = try TestServer.newFolder()
        let path = folder + "/journal"
        #expect(FileManager.default.createFile(atPath: path, contents: nil))
        var information = stat()
        #expect(stat(path, &information) == 0)
        let server = try TestServer(
            faulty: 1,
            environment: [
                "JOURNAL_STREAM": "\(information.st_dev):\(information.st_ino)", "SWIFT_BACKTRACE": "enable=no",
            ], folder: folder, log: path)
        let first = try server.waitForStatus("settled") { $0.isSettled }.workers.compactMap(\.pid)
        kill(first[0], SIGABRT)
        try server.waitForStatus("replaced") { $0.isSettled && $0.workers.compactMap(\.pid) != first }
        let lines = text(server, "journal").split(separator: "\n")
        #expect(lines.allSatisfy { $0.contains(/^<[2-7]>/) }, "\(lines.filter { !$0.contains(/^<[2-7]>/) })")
        #expect(lines.contains { $0.hasPrefix("<6>") && $0.contains(" info master ") })
        #expect(lines.contains { $0.hasPrefix("<3>") && $0.contains("worker exited: killed by SIGABRT") })
        #expect(lines.contains { $0.hasPrefix("<2>SIGABRT, process \(first[0])") })
        #expect(lines.contains { $0.contains(#/^<2> +0 /#) }, "each line of a stack")
    }

    @Test func elsewhereNoLineHasOne() throws {
        let server = try TestServer(faulty: 1, environment: ["JOURNAL_STREAM": "1:2"])
        #expect(server.master.lines(with: "worker ready").first?.hasPrefix("20") == true)
    }
}
