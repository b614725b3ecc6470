import Foundation
import Testing

/// Commands to a master that does not answer: they give up, and say what it is at.
@Suite(.serialized) struct UnresponsiveMasterTests {
    @Test(arguments: [["status"], ["reload"], ["reload", "--wait"], ["stop", "--wait"], ["scale", "2"]])
    func theCommandNamesAStoppedMaster(words: [String]) throws {
        let server = try TestServer(faulty: 1)
        Machine.stop(server.master.pid)
        defer { server.master.signal(SIGCONT) }
        let clock = ContinuousClock()
        var result: (code: Int32, output: String)?
        let took = try clock.measure { result = try server.command(words) }
        #expect(result?.code == 1)
        #expect(result?.output.contains("pid \(server.master.pid) does not answer; it is stopped (T)") == true)
        #expect(took > .seconds(4) && took < .seconds(30))
    }

    @Test func whatACommandReportedAsFailedIsNotDoneLater() throws {
        let server = try TestServer(faulty: 1)
        let before = try server.waitForStatus("settled") { $0.isSettled }.workers.compactMap(\.pid)
        Machine.stop(server.master.pid)
        defer { server.master.signal(SIGCONT) }
        let commands = try [["reload"], ["reload", "--wait"], ["scale", "2"], ["stop"]].map { words in
            try ChildProcess(
                BuildProducts.brigade, words + ["--control", "control.sock"], environment: [:], folder: server.folder)
        }
        for one in commands { #expect(try one.waitForExit() == 1) }
        let mark = server.master.mark
        server.master.signal(SIGCONT)
        for line in ["reload", "reload wait", "scale 2", "stop"] {
            try server.master.waitFor("ignoring '\(line)'", from: mark)
        }
        let status = try server.status()
        #expect(status.isSettled)
        #expect(status.workers.compactMap(\.pid) == before)
    }

    /// Its queue holds 17: whoever comes then is not even connected.
    @Test func theQueueOfAStoppedMasterMayBeFull() throws {
        let server = try TestServer(faulty: 1)
        Machine.stop(server.master.pid)
        defer { server.master.signal(SIGCONT) }
        var clients: [Int32] = []
        defer { for client in clients { close(client) } }
        while clients.count < 64, case let client = unconnected(server), client >= 0 { clients.append(client) }
        let (code, output) = try server.command("status")
        #expect(code == 1)
        #expect(output.contains("control.sock: it accepts no connection"), "\(output)")
    }

    @Test func aReloadThatTakesLongIsWaitedFor() throws {
        let server = try TestServer(faulty: 1, flags: ["--boot-timeout", "12s"])
        try server.breakNextWorker("silent")
        let (code, output) = try server.command("reload", "--wait")
        #expect(code == 1)
        #expect(output.contains("is not ready within boot-timeout"), "\(output)")
    }

    /// More of them than the master takes at once.
    @Test func thoseWhoWaitForAReloadDoNotKeepOthersFromAsking() throws {
        let server = try TestServer(faulty: 1, flags: ["--boot-timeout", "12s"])
        try server.breakNextWorker("silent")
        let waiting = try (0..<20).map { _ in
            try ChildProcess(
                BuildProducts.brigade, ["reload", "--wait", "--control", "control.sock"], environment: [:],
                folder: server.folder)
        }
        try server.waitForStatus("reloading") { $0.state == "reloading" }
        for one in waiting {
            #expect(try one.waitForExit() == 1)
            #expect(one.output.contains("reload failed"), "\(one.output)")
        }
    }

    /// A connection, unless it would have to wait for one.
    private func unconnected(_ server: TestServer) -> Int32 {
        let client = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: (server.folder + "/control.sock").utf8) }
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(client, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        if result == 0 { return client }
        close(client)
        return -1
    }
}
