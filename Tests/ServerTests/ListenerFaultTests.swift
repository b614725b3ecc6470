import Foundation
import Testing

/// Workers that spoil the listening socket that all of them share.
@Suite(.serialized) struct ListenerFaultTests {
    @Test(arguments: [TestServer.Socket.tcp, .unix, .activated])
    func oNonblockOnTheListenerStopsNothing(socket: TestServer.Socket) throws {
        let server = try TestServer(faulty: 2, on: socket)
        #expect(try server.ask("/nonblock").body == "0")
        for _ in 0..<8 { #expect(try server.ask("/hello").body == "hello") }
        // For a reload says no more than for any other: nobody is told to stop.
        for _ in 0..<2 {
            #expect(try server.command("reload", "--wait").code == 0)
            for _ in 0..<8 { #expect(try server.ask("/hello").body == "hello") }
        }
        #expect(try server.waitForStatus("settled") { $0.isSettled }.ready.count == 2)
        #expect(
            server.master.lines(
                with: "error", "was repaired: a worker or one of its child processes set O_NONBLOCK on it"
            ).count == 1)
    }

    /// The reload mends nothing here: the socket is made non-blocking again after the master has looked at it.
    @Test func workersThatDrainLeaveTheQueueToTheOthersInEitherMode() throws {
        let server = try TestServer(faulty: 2)
        for _ in 0..<3 {
            #expect(try server.ask("/nonblock").body == "0")
            let gone = server.workers[0]
            kill(gone, SIGTERM)
            try Machine.waitForEnd(of: gone)
            for _ in 0..<4 { #expect(try server.ask("/hello").body == "hello") }
            try server.waitForStatus("settled") { $0.isSettled }
        }
    }

    @Test func anIdleWorkerDoesNotSpinOnAListenerThatDoesNotBlock() throws {
        let server = try TestServer(faulty: 2)
        #expect(try server.ask("/nonblock").body == "0")
        for _ in 0..<8 { #expect(try server.ask("/hello").body == "hello") }
        let workers = server.workers
        let before = workers.map(Machine.voluntarySwitches).reduce(0, +)
        #expect(try server.master.keeps(from: "error", from: server.master.mark, for: .seconds(3)))
        let after = workers.map(Machine.voluntarySwitches).reduce(0, +)
        #expect(after - before < 100, "a loop that is idle makes a pass each second")
    }

    @Test(arguments: [TestServer.Socket.tcp, .unix])
    func aListenerThatAWorkerShutsDownIsMendedAtOnce(socket: TestServer.Socket) throws {
        let server = try TestServer(faulty: 2, on: socket)
        let before = server.workers
        // The answer comes on a connection that stands already.
        #expect(try server.ask("/shut").body == "0")
        try server.master.waitFor("was repaired: a worker or one of its child processes shut it down")
        if socket == .unix {
            // They cannot accept by the new socket.
            try server.waitForStatus("new workers") { status in
                status.isSettled && Set(before).isDisjoint(with: status.workers.compactMap(\.pid))
            }
        }
        for _ in 0..<8 { #expect(try server.ask("/hello").body == "hello") }
        #expect(try server.command("reload", "--wait").code == 0)
        #expect(try server.ask("/hello").body == "hello")
        server.master.signal(SIGTERM)
        #expect(try server.master.waitForExit() == 0)
    }

    @Test func aUnixSocketWhoseFileIsGoneIsSaidByTheStatusAndMendedByAReload() throws {
        let server = try TestServer(faulty: 2, on: .unix)
        unlink(server.folder + "/http.sock")
        let status = try server.status()
        #expect(status.state == "unreachable")
        let text = try server.command("status").output
        #expect(text.contains("/http.sock is unreachable: its file was removed or replaced"), "\(text)")
        #expect(try server.command("reload", "--wait").code == 0)
        for _ in 0..<8 { #expect(try server.ask("/hello").body == "hello") }
        try server.waitForStatus("settled") { $0.isSettled }
        #expect(server.master.lines(with: "error", "was repaired: its file was removed or replaced").count == 1)
    }

    @Test func afterAnAbandonedReloadTheOldGenerationServesByTheMendedSocket() throws {
        let server = try TestServer(faulty: 2, on: .unix)
        let before = server.workers
        unlink(server.folder + "/http.sock")
        try server.breakNextWorker("exit:3")
        #expect(try server.command("reload", "--wait").code == 1)
        try server.mendNextWorker()
        try server.waitForStatus("new workers of the old generation") { status in
            status.isSettled && status.generation == 1
                && Set(before).isDisjoint(with: status.workers.compactMap(\.pid))
        }
        #expect(try server.ask("/hello").body == "hello")
    }

    @Test func aNameThatAnotherServerHasTakenIsLeftToItAndTheStatusSaysSo() throws {
        let server = try TestServer(faulty: 1, on: .unix)
        let path = server.folder + "/http.sock"
        unlink(path)
        let other = try TestServer.start(
            in: server.folder, ["--bind", "unix:\(path)", "--workers", "1", "--worker", BuildProducts.faultyWorker])
        try other.waitFor("worker ready")
        #expect(try server.command("reload", "--wait").code == 0)
        try server.master.waitFor("it cannot be repaired")
        #expect(try server.status().state == "unreachable")
        // It heals by itself when the name is free.
        other.signal(SIGTERM)
        #expect(try other.waitForExit() == 0)
        try server.waitForStatus("settled") { $0.isSettled }
        #expect(try server.ask("/hello").body == "hello")
        #expect(server.master.lines(with: "it cannot be repaired").count == 1)
    }
}
