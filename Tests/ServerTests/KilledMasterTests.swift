import Foundation
import Testing

/// kill -9 of the master, at any moment: within a second nothing of it is left.
@Suite(.serialized) struct KilledMasterTests {
    enum Phase: CaseIterable {
        case prestart, booting, serving, reloadPrestart, reloadBooting, draining, stuck, upgrading
    }

    @Test(arguments: Phase.allCases)
    func killingTheMasterLeavesNoProcessAndFreesThePort(phase: Phase) throws {
        let port = try Machine.freePort()
        let folder = try TestServer.newFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let fault: String? =
            switch phase {
            case .prestart: "prestart-silent"
            case .booting: "silent"
            case .serving, .reloadPrestart, .reloadBooting, .draining, .stuck, .upgrading: nil
            }
        let file = URL(filePath: folder + "/fault")
        try Data((fault ?? "").utf8).write(to: file)
        let master = try TestServer.start(
            in: folder, ["--bind", "127.0.0.1:\(port)", "--workers", "2", "--worker", BuildProducts.faultyWorker],
            ["FAULT_FILE": "fault"])
        var client: Client?
        switch phase {
        case .prestart: try master.waitFor("prestart started")
        case .booting: try master.wait(for: "two workers") { $0.matches(of: /worker started/).count == 2 }
        case .serving, .reloadPrestart, .reloadBooting, .draining, .stuck, .upgrading:
            try master.waitFor("ready: 2 workers")
        }
        switch phase {
        case .prestart, .booting, .serving: break
        case .reloadPrestart:
            try Data("prestart-silent".utf8).write(to: file)
            master.signal(SIGHUP)
            try master.waitFor("prestart started: generation 2")
        case .reloadBooting:
            try Data("silent".utf8).write(to: file)
            master.signal(SIGHUP)
            try master.waitFor("gen=2")
        case .draining:
            client = try Client(port: port)
            try client?.send("GET", "/sleep?ms=60000")
            master.signal(SIGTERM)
            try master.waitFor(": draining")
        case .stuck:
            for pid in Machine.children(of: master.pid) { kill(pid, SIGSTOP) }
        case .upgrading:
            master.signal(SIGUSR2)
            try master.waitFor("upgrade started")
        }
        // The log may speak of a child a moment before there is one.
        try Machine.wait(for: "children") { !Machine.children(of: master.pid).isEmpty }
        let children = Machine.children(of: master.pid)
        let began = ContinuousClock.now
        master.signal(SIGKILL)
        for child in children { try Machine.waitForEnd(of: child) }
        #expect(ContinuousClock.now - began < .seconds(1))
        #expect(try master.waitForExit() == 128 + SIGKILL, "nobody holds its log any more")
        try Data().write(to: file)
        let next = try TestServer.start(
            in: folder, ["--bind", "127.0.0.1:\(port)", "--workers", "1", "--worker", BuildProducts.faultyWorker])
        try next.waitFor("worker ready")
        #expect(try Client(port: port).ask("/hello").status == 200)
        withExtendedLifetime(client) {}
    }
}
