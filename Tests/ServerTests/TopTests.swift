import Foundation
import Testing

/// `brigade top`, in a terminal.
@Suite(.serialized) struct TopTests {
    private let terminal: Terminal
    private let server: TestServer

    init() throws {
        terminal = try Terminal()
        terminal.resize(columns: 80, rows: 24)
        server = try TestServer(faulty: 2)
    }

    /// Starts it with the terminal as its controlling one, as a shell does.
    private func top(_ options: String = "") throws -> ChildProcess {
        let command = "exec setsid --ctty \"$0\" top --control control.sock --interval 100ms \(options) <$1 >$1 2>&1"
        return try ChildProcess(
            "/bin/sh", ["-c", command, BuildProducts.brigade, terminal.path],
            environment: ["PATH": "/usr/bin:/bin", "TERM": "xterm"], folder: server.folder)
    }

    /// The lines of the last whole frame.
    private func frame(_ text: String) -> [String] {
        let frames = text.components(separatedBy: "\u{1b}[?2026h\u{1b}[H").dropFirst()
        guard let last = frames.last(where: { $0.contains("\u{1b}[?2026l") }) else { return [] }
        return last.components(separatedBy: "\u{1b}[?2026l")[0].components(separatedBy: "\r\n").map {
            // The terminal makes two characters of a newline (ONLCR).
            $0.replacing(/\u{1b}\[[0-9;?]*[A-Za-z]|\r/, with: "")
        }
    }

    private func waitForFrame(_ what: String, _ isThere: ([String]) -> Bool) throws {
        try terminal.wait(for: what) { isThere(frame($0)) }
    }

    @Test func itShowsTheWorkersAndFollowsKeysAndTheSizeAndRestoresTheTerminal() throws {
        let before = terminal.flags
        let top = try top()
        try waitForFrame("the workers") {
            $0.count == 24 && $0[0].hasPrefix("brigade serving  2/2 workers") && $0[5].contains("ready")
        }
        #expect(terminal.flags != before, "keys come at once")
        terminal.type("c")
        try waitForFrame("sorted") { $0.contains { $0.contains("*CPU") } }
        terminal.type("\u{1b}[A")
        terminal.type("h")
        try waitForFrame("the help") { $0.contains { $0.hasPrefix("q, Ctrl-C") } }
        terminal.type("h")
        let client = try server.client()
        try client.send("GET", "/sleep/top?ms=60000")
        try waitForFrame("the request") { $0.contains { $0.contains("GET /sleep/top") } }
        terminal.resize(columns: 120, rows: 40)
        try waitForFrame("the new size") { $0.count == 40 && $0.contains { $0.contains("PID") } }
        terminal.resize(columns: 10, rows: 2)
        try waitForFrame("the tiny size") { $0.count == 2 && $0.allSatisfy { $0.count <= 10 } }
        terminal.type("q")
        try terminal.wait(for: "the former screen") { $0.hasSuffix("\u{1b}[?25h\u{1b}[?1049l") }
        #expect(try top.waitForExit() == 0)
        #expect(terminal.flags == before)
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGHUP])
    func asTheSignalsEndItTheTerminalIsRestored(signal: Int32) throws {
        let before = terminal.flags
        let top = try top()
        try waitForFrame("the workers") { $0.count == 24 }
        top.signal(signal)
        #expect(try top.waitForExit() == 0)
        #expect(terminal.flags == before)
        try terminal.wait(for: "the former screen") { $0.hasSuffix("\u{1b}[?1049l") }
    }

    @Test func theShellGetsItsTerminalWhileItIsStopped() throws {
        let before = terminal.flags
        let top = try top()
        try waitForFrame("the workers") { $0.count == 24 }
        terminal.type("\u{1a}")
        try Machine.wait(for: "the stop") { terminal.flags == before }
        // It has left the screen when it stops.
        try terminal.wait(for: "the former screen") { $0.hasSuffix("\u{1b}[?1049l") }
        try Machine.wait(for: "the stop") { Machine.isStopped(top.pid) }
        top.signal(SIGCONT)
        try terminal.wait(for: "the screen again") {
            $0.components(separatedBy: "\u{1b}[?1049h").count == 3 && frame($0).count == 24
        }
        #expect(terminal.flags != before)
        terminal.type("\u{3}")
        #expect(try top.waitForExit() == 0)
        #expect(terminal.flags == before)
    }

    @Test func itWaitsForAServerThatIsRestarted() throws {
        let top = try top()
        try waitForFrame("the workers") { $0.count == 24 && $0[0].hasPrefix("brigade serving") }
        #expect(try server.command("stop", "--wait").code == 0)
        try waitForFrame("the wait") { $0.first?.hasPrefix("waiting for the server: no server answers") == true }
        let next = try TestServer(faulty: 3, folder: server.folder)
        try waitForFrame("the new server") { $0.first?.hasPrefix("brigade serving  3/3 workers") == true }
        withExtendedLifetime(next) {}
        terminal.type("q")
        #expect(try top.waitForExit() == 0)
    }

    @Test func withoutATerminalItPrintsOnce() throws {
        for words in [["top", "--interval", "100ms"], ["top", "--once", "--interval", "100ms"]] {
            let (code, output) = try server.command(words)
            #expect(code == 0)
            #expect(output.hasPrefix("brigade serving  2/2 workers") && output.contains("LAST EVENTS"), "\(output)")
            #expect(!output.contains("\u{1b}"))
        }
        #expect(try server.command("stop", "--wait").code == 0)
        let nobody = try server.command("top")
        #expect(nobody.code == 1 && nobody.output.contains("no server answers"))
    }
}
