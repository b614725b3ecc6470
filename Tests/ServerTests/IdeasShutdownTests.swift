import Foundation
import Testing

/// Those who leave while reddit is asked: our clients, and the worker itself.
@Suite(.serialized) struct IdeasShutdownTests {
    private let upstream: FaultyUpstream
    private let server: TestServer

    init() throws {
        upstream = try FaultyUpstream([.stall])
        // By itself a call would end after 8 s.
        server = try TestServer(
            workers: 1, flags: ["--graceful-timeout", "1s"],
            environment: ["REDDIT_BASE_URL": upstream.url, "REDDIT_TIMEOUT": "8s"])
    }

    private func ask(_ path: String) throws -> ManyConnections {
        let client = try ManyConnections(1, port: server.port)
        client.send("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
        return client
    }

    /// A client goes while so many calls are under way for it, and they end.
    private func leave(_ path: String, calls: Int) throws {
        let client = try ask(path)
        try upstream.waitForRequests(calls)
        let left = ContinuousClock.now
        client.reset()
        try upstream.waitForDepartures(calls)
        #expect(ContinuousClock.now - left < .seconds(6))
        try expectNobodyComplains()
    }

    @Test func aClientThatLeavesEndsAllItsCalls() throws {
        try leave("/api/v1/recipes/ideas/async", calls: 3)
    }

    @Test func alsoTheCallOfAThreadThatWaits() throws {
        try leave("/api/v1/recipes/ideas/", calls: 1)
        #expect(upstream.takeRequests() == 0, "the other subreddits are not asked")
    }

    /// The worker goes on, and has nothing to say about it.
    private func expectNobodyComplains() throws {
        #expect(try server.ask("/api/v1/recipes/search/?keyword=tofu").status == 200)
        #expect(server.master.lines(with: "reddit").isEmpty)
    }

    @Test(arguments: ["/api/v1/recipes/ideas/async", "/api/v1/recipes/ideas/"])
    func aWorkerThatDrainsFinishesItsCalls(path: String) throws {
        let gate = try Upstream()
        let server = try TestServer(workers: 1, environment: ["REDDIT_BASE_URL": gate.url])
        let client = try server.client()
        try client.send("GET", path)
        try gate.waitForRequests(1)
        server.master.signal(SIGTERM)
        try server.master.waitFor("draining")
        gate.release(3)
        let answer = try client.answer()
        #expect(answer.status == 200)
        #expect(answer["connection"] == "close")
        #expect(try server.master.waitForExit() == 0)
    }

    @Test(arguments: ["/api/v1/recipes/ideas/async", "/api/v1/recipes/ideas/"])
    func aWorkerWhoseTimeIsOverGivesThemUp(path: String) throws {
        let client = try ask(path)
        try upstream.waitForRequests(1)
        let began = ContinuousClock.now
        server.master.signal(SIGTERM)
        #expect(try server.master.waitForExit() == 0)
        #expect(ContinuousClock.now - began < .seconds(6))
        withExtendedLifetime(client) {}
    }
}
