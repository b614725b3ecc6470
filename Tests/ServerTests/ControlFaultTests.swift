import Foundation
import Testing

/// Clients of the control socket that are of no use: they harm nobody.
@Suite(.serialized) struct ControlFaultTests {
    @Test(arguments: [
        "\n", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "scale -1\n", "scale 99999999999999999999\n", "\u{0}\n",
    ])
    func nonsenseIsRefused(words: String) throws {
        let server = try TestServer(faulty: 1)
        let client = try connect(server)
        defer { close(client) }
        send(words, to: client)
        #expect(try readToEnd(client).hasPrefix("failed"))
        #expect(try server.status().isSettled)
    }

    @Test func floodsAndHalfLinesAndSuddenEndsHarmNobody() throws {
        let server = try TestServer(faulty: 1)
        let before = server.workers
        let flood = String(repeating: "status ", count: 100_000)
        for words in [flood, "stat", "", "status json", flood + "\n"] {
            let client = try connect(server)
            send(words, to: client)
            close(client)
        }
        #expect(try server.status().isSettled)
        #expect(server.workers == before)
    }

    @Test func clientsThatNeverReadOrNeverSpeakKeepTheMasterFromNothing() throws {
        let server = try TestServer(faulty: 2)
        let clients = try (0..<64).map { number in
            let client = try connect(server)
            if number % 2 == 0 { send("status json\n", to: client) }
            return client
        }
        defer { for client in clients { close(client) } }
        #expect(try server.ask("/hello").status == 200)
        var mark = server.master.mark
        kill(server.workers[0], SIGKILL)
        try server.master.waitFor("worker ready", from: mark)
        mark = server.master.mark
        server.master.signal(SIGHUP)
        try server.master.waitFor("reload complete", from: mark)
        // Those that stall are given up after a while, and who asks properly gets his turn.
        #expect(try server.status().isSettled)
    }

    @Test func aClientThatDoesNotWaitForItsReloadChangesNothingForIt() throws {
        let server = try TestServer(faulty: 2)
        let mark = server.master.mark
        let client = try connect(server)
        send("reload wait\n", to: client)
        // One that is gone before it is read is not carried out at all (UnresponsiveMasterTests).
        try server.master.waitFor("reload started", from: mark)
        close(client)
        #expect(try server.status().state != "")
        try server.master.waitFor("reload complete", from: mark)
    }

    @Test func scaleAndStopReportTheFinalResult() throws {
        let server = try TestServer(faulty: 1)
        #expect(try server.command("scale", "3").code == 0)
        #expect(server.workers.count == 3)
        #expect(try server.command("scale", "1").code == 0)
        #expect(try server.status().target == 1)
        try server.breakNextWorker("exit:3")
        let (code, output) = try server.command("scale", "2")
        #expect(code == 1)
        #expect(output.contains("exit code 3"), "\(output)")
        #expect(try server.command("scale", "0").code == 1)
        #expect(try server.command("stop", "--wait").code == 0)
        #expect(try server.master.waitForExit() == 0)
        #expect(try server.command("status").code == 1)
    }

    private func connect(_ server: TestServer) throws -> Int32 {
        let client = LocalAddress.unix(path: server.folder + "/control.sock").connected()
        guard client >= 0 else { throw Client.Failure.refused }
        return client
    }

    /// As much as there is room for: who does not read must not make the test wait.
    private func send(_ words: String, to client: Int32) {
        let bytes = Array(words.utf8)
        _ = Foundation.send(client, bytes, bytes.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
    }

    private func readToEnd(_ client: Int32) throws -> String {
        var text = ""
        let end = ContinuousClock.now + ChildProcess.patience
        var bytes = [UInt8](repeating: 0, count: 4096)
        while try readable(client, until: end), case let count = read(client, &bytes, bytes.count), count > 0 {
            text += String(decoding: bytes.prefix(count), as: UTF8.self)
        }
        return text
    }
}
