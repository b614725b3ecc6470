import Foundation
import Testing

/// A log that nobody reads: nobody waits for it.
@Suite(.serialized) struct StalledLogTests {
    private func isWhole(_ line: Substring) -> Bool {
        line.contains(/^20\d\d-\d\d-\d\dT[0-9:.]+Z [a-z]+ (master|worker|prestart)/)
            || line.contains(/^127\.0\.0\.1 - - \[.*\d$/)
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

    @Test func flowControlLosesLinesThatAreCountedAndNoneIsCut() throws {
        let terminal = try Terminal()
        let server = try TestServer(faulty: 1, log: terminal.path)
        try server.waitForStatus("settled") { $0.isSettled }
        _ = try terminal.readAll()
        terminal.stopOutput()
        // More than any terminal holds.
        for _ in 0..<25 { #expect(try server.command("reload", "--wait").code == 0) }
        try server.waitForStatus("settled") { $0.isSettled }
        terminal.startOutput()
        _ = try terminal.readAll()
        for _ in 0..<2 { #expect(try server.command("reload", "--wait").code == 0) }
        try server.waitForStatus("settled") { $0.isSettled }
        let lines = try terminal.readAll().split(separator: "\n")
        #expect(lines.contains { $0.contains(/warning master pid=\d+: \d+ log lines were lost/) }, "\(lines)")
        #expect(lines.contains { $0.hasSuffix("generation 28 serves") })
        #expect(lines.dropFirst().allSatisfy(isWhole), "\(lines.dropFirst().filter { !isWhole($0) })")
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
