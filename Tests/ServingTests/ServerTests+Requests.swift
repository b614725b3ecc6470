import Linux
import Contract
import Messages
import Synchronization
import Testing

@testable import Serving

/// What is done for each request beside its answer.
extension ServerTests {
    @Test func aLateHandlerIsCancelledAndItsClientGetsA503() async throws {
        let cancelled = Gate()
        let application = Function.untilCancelled(cancelled, answer: "late")
        var settings = Settings()
        settings.requestTimeout = .milliseconds(20)
        try await LoopThread.serving(application, settings: settings) { port, slot in
            let client = try Client(port: port)
            try client.send(get("/"))
            let answer = try client.read()
            #expect(answer.hasPrefix("HTTP/1.1 503 ") && !answer.contains("late"))
            #expect(answer.hasSuffix(#"{"detail":"Request not answered in time"}"#))
            await cancelled.wait()
            #expect(slot.inFlight.isEmpty && slot.metrics.requests.count == 1)
        }
    }

    @Test func withdrawTellsTheApplicationAndServesOn() async throws {
        let application = Leaving()
        try await LoopThread.serving(application, prepare: { $0.withdraw() }) { port, slot in
            for _ in 1...2 {
                let client = try Client(port: port)
                for _ in 1...2 {
                    try client.send(get("/"))
                    let answer = try client.read(to: ".")
                    #expect(answer.hasSuffix("\r\n1.") && !answer.contains("connection: close"))
                }
            }
            #expect(slot.state == .ready && slot.accepted == 2)
        }
        // The drain that followed was no news.
        #expect(application.drains.load(ordering: .relaxed) == 1)
    }

    /// Answers how often it has heard that the worker leaves.
    private final class Leaving: Application {
        let drains = Atomic(0)

        func answer(_ request: Request, route: inout Int?) throws -> Answer {
            .now(Response(.ok, body: Array("\(drains.load(ordering: .relaxed)).".utf8)))
        }

        func drain() { drains.add(1, ordering: .relaxed) }
    }

    @Test func eachResponseIsALineOfTheAccessLog() async throws {
        let folder = try Folder()
        let path = folder.path("access.log")
        let log = try AccessLogWriter(path: path, .combined, LogProcess(.standaloneWorker), log: LoopThread.quiet)
        try await LoopThread.serving(echo, accessLog: log) { port, _ in
            let client = try Client(port: port)
            try client.send(get("/1?a=b"))
            _ = try client.read(to: "/1")
            try client.send("GET /2 HTTP/1.1\r\nHost: a\r\nUser-Agent: me\r\n\r\nnonsense\r\n\r\n")
            client.end()
            _ = try client.read()
        }
        await LoopThread.run { log.flush() }
        let lines = try folder.text("access.log").split(separator: "\n")
        try #require(lines.count == 3)
        #expect(lines[0].hasPrefix("127.0.0.1 - - ["))
        #expect(lines[0].contains(#" +0000] "GET /1?a=b HTTP/1.1" 200 2 "-" "-" 0.000"#))
        #expect(lines[1].contains(#" "GET /2 HTTP/1.1" 200 2 "-" "me" 0.000"#))
        #expect(lines[2].contains(#" "-" 400 35 "-" "-" 0."#))
    }
}
