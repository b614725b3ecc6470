import Foundation
import Testing

/// `--max-connections-per-address`.
@Suite(.serialized) struct AddressLimitTests {
    private let hello = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"

    /// - Returns: how many of them are served; the others are closed.
    private func served(_ crowd: ManyConnections) throws -> Int {
        crowd.send(hello)
        try crowd.read { crowd in zip(crowd.texts, crowd.hasEnded).allSatisfy { !$0.isEmpty || $1 } }
        #expect(crowd.texts.allSatisfy { $0.isEmpty || $0.hasSuffix("hello") })
        return crowd.answered
    }

    @Test func aClientHasSoManyOverAllWorkers() throws {
        let server = try TestServer(faulty: 2, flags: ["--max-connections-per-address", "10"])
        var crowd = try ManyConnections(40, port: server.port)
        #expect(try served(crowd) == 10)
        let said = server.master.lines(with: "--max-connections-per-address")
        #expect((1...4).contains(said.count) && said[0].contains("client=127.0.0.1"), "\(said)")
        // Connections fall over workers as the kernel has it; now and then one worker gets all of them.
        var status = try server.status()
        while status.workers.contains(where: { $0.connections == 0 }) {
            crowd.reset()
            try server.waitForStatus("all gone") { $0.workers.allSatisfy { $0.connections == 0 } }
            crowd = try ManyConnections(40, port: server.port)
            #expect(try served(crowd) == 10)
            status = try server.status()
        }
        #expect(status.workers.reduce(0) { $0 + $1.connections } == 10)
        // What a killed worker had is given back.
        let victim = try #require(status.workers[0].pid)
        let lost = status.workers[0].connections
        kill(victim, SIGKILL)
        try server.waitForStatus("settled") { $0.isSettled && !$0.workers.contains { $0.pid == victim } }
        let second = try ManyConnections(40, port: server.port)
        #expect(try served(second) == lost)
        // And what clients close.
        second.reset()
        crowd.reset()
        try server.waitForStatus("all gone") { $0.workers.allSatisfy { $0.connections == 0 } }
        #expect(try served(ManyConnections(10, port: server.port)) == 10)
    }

    @Test func aUnixSocketHasNoAddress() throws {
        let server = try TestServer(faulty: 1, on: .unix, flags: ["--max-connections-per-address", "1"])
        let clients = try (0..<5).map { _ in try server.client() }
        for client in clients { #expect(try client.ask("GET", "/hello").body == "hello") }
    }
}
