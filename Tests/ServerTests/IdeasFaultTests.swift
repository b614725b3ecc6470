import Foundation
import Testing

/// The built server, and an upstream that fails in every way that we have thought of.
@Suite(.serialized) struct IdeasFaultTests {
    private static let paths = ["/api/v1/recipes/ideas/async", "/api/v1/recipes/ideas/"]
    /// Silence may take 300 ms, a call 600 ms, and an answer 900 ms.
    private static let hasty = ["REDDIT_TIMEOUT": "300ms"]
    /// For an answer that is due within 900 ms, on a machine that does much else.
    private static let patience = Duration.seconds(5)

    /// Asks in both ways, with that going on upstream.
    private func expect(
        _ status: Int, _ body: String?, from server: TestServer, _ fault: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        for path in Self.paths {
            let mark = server.master.mark
            let began = ContinuousClock.now
            let answer = try server.ask(path)
            let time = ContinuousClock.now - began
            #expect(answer.status == status, "\(fault): \(path)", sourceLocation: sourceLocation)
            if let body { #expect(answer.body == body, "\(fault): \(path)", sourceLocation: sourceLocation) }
            #expect(time < Self.patience, "\(fault): \(path) took \(time)", sourceLocation: sourceLocation)
            guard status != 200 else { continue }
            try server.master.waitFor("reddit gave no ideas", from: mark)
            let lines = server.master.lines(with: "reddit", from: mark)
            #expect(lines.count == 1, "\(fault): \(path): \(lines)", sourceLocation: sourceLocation)
            #expect(lines.allSatisfy { $0.contains("subreddit=") && $0.utf8.count < 600 }, "\(lines)")
        }
    }

    private static func body(of status: Int) -> String? {
        switch status {
        case 502: #"{"detail":"Bad answer from reddit"}"#
        case 504: #"{"detail":"Timed out waiting for reddit"}"#
        default: nil
        }
    }

    @Test func whateverTheUpstreamDoesIsAnsweredInTimeAndNobodyElseNotices() throws {
        let upstream = try FaultyUpstream()
        let server = try TestServer(
            workers: 1, environment: Self.hasty.merging(["REDDIT_BASE_URL": upstream.url]) { $1 })
        let worker = server.workers
        let others = LatencyProbe(server.address, ["/health/live", "/api/v1/recipes/1"])
        for fault in IdeasFault.late + IdeasFault.wrong + IdeasFault.harmless {
            upstream.play(fault.steps)
            try expect(fault.status, Self.body(of: fault.status), from: server, fault.description)
        }
        upstream.play([.send(IdeasFault.answer(IdeasFault.listing))])
        try expect(200, nil, from: server, "well again")
        let memory = try #require(Machine.privateDirty(of: worker[0]))
        #expect(memory < 200 << 10, "\(memory) KiB: it has kept what never ended")
        let seen = others.stop()
        #expect(seen.failures == 0)
        #expect(seen.times.count > 100)
        #expect(seen.slowest < .seconds(1), "a request that has nothing to do with reddit took \(seen.slowest)")
        #expect(seen.median < .milliseconds(50), "\(seen.median)")
        #expect(server.workers == worker, "the worker is still the same")
    }

    @Test func anAnswerThatNobodyAskedForReachesNobody() throws {
        // Whether it comes before the right one has been handed over is chance.
        let stray = IdeasFault.answer(#"{"data":{"children":[{"data":{"score":1,"title":"stray","url":"u"}}]}}"#)
        let upstream = try FaultyUpstream([.send(IdeasFault.answer(IdeasFault.listing) + stray + FaultyUpstream.keeps)])
        let server = try TestServer(
            workers: 1, environment: Self.hasty.merging(["REDDIT_BASE_URL": upstream.url]) { $1 })
        for path in Self.paths + Self.paths {
            let answer = try server.ask(path)
            #expect([200, 502].contains(answer.status))
            #expect(!answer.body.contains("stray"))
        }
        #expect(upstream.takeRequests() > 0)
    }

    @Test func aConnectionThatIsClosedAsWeUseItAgainIsNobodysFault() throws {
        // It closes after each answer and does not say so.
        let upstream = try FaultyUpstream([.send(IdeasFault.answer(String(IdeasFault.listing.dropLast(2))))])
        let server = try TestServer(workers: 1, environment: ["REDDIT_BASE_URL": upstream.url])
        for _ in 0..<20 {
            for path in Self.paths { #expect(try server.ask(path).status == 200) }
        }
        #expect(server.master.lines(with: "reddit").isEmpty)
        withExtendedLifetime(upstream) {}
    }

    @Test func aRedirectHasNoTimeOfItsOwn() throws {
        let silent = try FaultyUpstream([.stall])
        let upstream = try FaultyUpstream([
            .send(IdeasFault.answer("", status: "302 Found", fields: ["Location: \(silent.url)/"]))
        ])
        let server = try TestServer(
            workers: 1, environment: Self.hasty.merging(["REDDIT_BASE_URL": upstream.url]) { $1 })
        try expect(504, Self.body(of: 504), from: server, "redirects to one that never answers")
        try silent.waitForDepartures(2)
        #expect(upstream.takeRequests() > 0)
    }

    @Test func anUpstreamThatDoesNotAcceptIsAGatewayTimeout() throws {
        // Its queue is full: what comes now is dropped, and tried again, and dropped.
        let listener = try TestListener(backlog: 0)
        let waiting = try (0..<2).map { _ in try UnacceptedConnection(port: listener.port) }
        let environment = ["REDDIT_BASE_URL": "http://127.0.0.1:\(listener.port)"]
        let server = try TestServer(workers: 1, environment: Self.hasty.merging(environment) { $1 })
        try expect(504, Self.body(of: 504), from: server, "does not accept")
        withExtendedLifetime(waiting) {}
    }

    @Test(arguments: [
        ("never answers the handshake", 504, [FaultyUpstream.Step.stall]),
        ("drips its handshake", 504, [.send("\u{16}\u{3}\u{3}\u{10}"), .drip("\u{1}")]),
        ("speaks no TLS", 502, [.send("HTTP/1.1 400 Bad Request\r\n\r\n")]),
        ("closes", 502, []), ("resets", 502, [.reset]),
    ])
    func aHandshakeThatFailsIsAnsweredInTime(fault: String, status: Int, steps: [FaultyUpstream.Step]) throws {
        let upstream = try FaultyUpstream(steps, readsRequest: false)
        let environment = ["REDDIT_BASE_URL": "https://127.0.0.1:\(upstream.port)"]
        let server = try TestServer(workers: 1, environment: Self.hasty.merging(environment) { $1 })
        try expect(status, Self.body(of: status), from: server, fault)
        withExtendedLifetime(upstream) {}
    }
}
