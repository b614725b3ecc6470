import Foundation
import Testing

/// A log that nobody reads: nobody waits for it.
@Suite(.serialized) struct StalledLogTests {
    private func isWhole(_ line: Substring) -> Bool {
        line.contains(/^20\d\d-\d\d-\d\dT[0-9:.]+Z [a-z]+ (master|worker|prestart)/)
            || line.contains(/^127\.0\.0\.1 - - \[.* request=[0-9a-f]{16}$/)
    }

    @Test func aTerminalThatNobodyReadsStopsNothing() throws {
        let terminal = try Terminal()
        let server = try TestServer(faulty: 2, flags: ["--access-log", "-"], log: terminal.path)
        try server.waitForStatus("settled") { $0.isSettled }
        let client = try server.client()
        for _ in 0..<3000 { #expect(try client.ask("/hello").status == 200) }
        for _ in 0..<3 { #expect(try server.command("reload", "--wait").code == 0) }
        #expect(try server.ask("/hello").status == 200)
        #expect(try server.command("stop", "--wait").code == 0)
        #expect(try server.master.waitForExit() == 0)
    }

    @Test func linesWaitForAReaderThatStopsForAWhile() throws {
        let terminal = try Terminal()
        let server = try TestServer(faulty: 1, log: terminal.path)
        try server.waitForStatus("settled") { $0.isSettled }
        _ = try terminal.readAll()
        terminal.stopOutput()
        // More than any terminal holds.
        for _ in 0..<25 { #expect(try server.command("reload", "--wait").code == 0) }
        terminal.startOutput()
        let lines = try readLines(terminal, until: "generation 26 serves")
        let generations = lines.compactMap { $0.firstMatch(of: /generation (\d+) serves/).flatMap { Int($0.1) } }
        #expect(generations == Array(2...26))
        #expect(lines.allSatisfy(isWhole), "\(lines.filter { !isWhole($0) })")
        #expect(!lines.contains { $0.contains("lost") })
    }

    @Test func linesThatAreTooManyAreCountedAndNoneIsCut() throws {
        let terminal = try Terminal()
        let server = try TestServer(faulty: 8, flags: ["--max-surge", "8"], log: terminal.path)
        try server.waitForStatus("settled") { $0.isSettled }
        _ = try terminal.readAll()
        terminal.stopOutput()
        // More than a terminal holds, and what may wait.
        for _ in 0..<30 { #expect(try server.command("reload", "--wait").code == 0) }
        terminal.startOutput()
        let lines = try readLines(terminal, until: "log lines were lost")
        #expect(
            lines.contains { $0.contains(/warning master pid=\d+: \d+ log lines were lost$/) }, "\(lines.suffix(3))")
        #expect(try server.command("reload", "--wait").code == 0)
        let after = try readLines(terminal, until: "generation 32 serves")
        #expect((lines + after).allSatisfy(isWhole), "\((lines + after).filter { !isWhole($0) })")
    }

    private func readLines(_ terminal: borrowing Terminal, until text: String) throws -> [Substring] {
        var read = ""
        let clock = ContinuousClock()
        let end = clock.now + .seconds(10)
        while !(read.contains(text) && read.hasSuffix("\n")), clock.now < end { read += try terminal.readAll() }
        return read.split(separator: "\n")
    }

    /// It took as long as worker-timeout, and a standalone worker would never have ended.
    @Test(arguments: ["/trap", "/trap-twice"]) func aWorkerThatCrashesIsReplacedThoughItsReportHasNoRoom(target: String)
        throws
    {
        let server = try TestServer(faulty: 1, environment: ["SWIFT_BACKTRACE": "enable=no"])
        server.master.letItsOutputStall()
        for _ in 0..<8 { #expect(try server.command("reload", "--wait").code == 0) }
        let settled = try server.waitForStatus("settled") { $0.isSettled }
        let before = settled.workers.compactMap(\.pid)
        let clock = ContinuousClock()
        let took = try clock.measure {
            #expect(throws: Client.Failure.self) { try server.ask(target) }
            try server.waitForStatus("with another worker") { $0.isSettled && $0.workers.compactMap(\.pid) != before }
        }
        #expect(took < .seconds(15), "worker-timeout is 30 s")
    }

    @Test func aCrashWithinTheReportOfACrashEndsTheProcess() throws {
        let server = try TestServer(faulty: 1, environment: ["SWIFT_BACKTRACE": "enable=no"])
        let mark = server.master.mark
        #expect(throws: Client.Failure.self) { try server.ask("/trap-twice") }
        try server.master.waitFor("worker exited: killed by SIG", from: mark)
        #expect(!server.master.said(from: mark).contains("stuck"))
    }
}
