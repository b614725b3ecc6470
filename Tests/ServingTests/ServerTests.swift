import Linux
import Contract
import Glibc
import Logging
import Messages
import Testing

@testable import Serving

/// An application that is one function.
struct Function: Application {
    let body: @Sendable (Request) throws -> Answer

    func answer(_ request: Request, route: inout Int?) throws -> Answer { try body(request) }

    /// Its handler ends when it is cancelled, and says so; what it answers then is late.
    static func untilCancelled(_ cancelled: Gate, started: Gate = Gate(), answer: String = "") -> Function {
        Function { _ in
            .later {
                await withTaskCancellationHandler {
                    started.open()
                    await cancelled.wait()
                } onCancel: {
                    cancelled.open()
                }
                return Response(.ok, body: Array(answer.utf8))
            }
        }
    }
}

private struct Oops: Error {}

@Suite(.serialized) struct ServerTests {
    func get(_ path: String) -> String { "GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n" }

    let echo = Function { .now(Response(.ok, body: Array($0.path) + $0.body)) }

    @Test func oneConnectionServesManyRequests() async throws {
        try await LoopThread.serving(echo) { port, slot in
            let client = try Client(port: port)
            for number in 1...3 {
                try client.send(get("/\(number)"))
                #expect(try client.read(to: "/\(number)").hasPrefix("HTTP/1.1 200 OK\r\n"))
            }
            #expect(slot.connections == 1 && slot.accepted == 1)
        }
    }

    @Test func aThousandPipelinedRequestsAreAnsweredInOrder() async throws {
        try await LoopThread.serving(echo) { port, slot in
            let client = try Client(port: port)
            try client.send((1...1000).map { get("/\($0)") }.joined())
            client.end()
            let answers = try client.read().split(separator: "\r\n\r\n").map { $0.prefix { $0 != "H" } }.dropFirst()
            #expect(answers.elementsEqual((1...1000).map { "/\($0)" }))
        }
    }

    @Test func aBodyOfSeveralReadsArrivesComplete() async throws {
        try await LoopThread.serving(Function { .now(Response(.ok, body: Array("\($0.body.count).".utf8))) }) {
            port, _ in
            let client = try Client(port: port)
            let size = 3_000_000
            try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(size)\r\n\r\n")
            try client.send(String(repeating: "x", count: size))
            #expect(try client.read(to: ".").hasSuffix("\r\n\r\n\(size)."))
        }
    }

    @Test func aClientThatReadsLateGetsEverything() async throws {
        let size = 8 << 20
        try await LoopThread.serving(Function { _ in .now(Response(.ok, body: Array(repeating: 120, count: size))) }) {
            port, _ in
            let slow = try Client(port: port)
            try slow.send(get("/"))
            // Another client is served while the first one's answer waits in full buffers.
            let other = try Client(port: port)
            try other.send(get("/"))
            other.end()
            #expect(try other.read().utf8.count > size)
            slow.end()
            #expect(try slow.read().utf8.count > size)
        }
    }

    @Test func anAsyncHandlerComesBackToTheLoopsThread() async throws {
        let application = Function { _ in
            .later {
                let before = LoopExecutor.shared.isOnThread
                await withCheckedContinuation { continuation in
                    _ = SystemThread.start("elsewhere") { continuation.resume() }
                }
                let between = LoopExecutor.shared.isOnThread
                async let child = LoopExecutor.shared.isOnThread
                return Response(.ok, body: Array("\(before) \(between) \(await child).".utf8))
            }
        }
        try await LoopThread.serving(application) { port, _ in
            let client = try Client(port: port)
            try client.send(get("/"))
            #expect(try client.read(to: ".").hasSuffix("true true true."))
        }
    }

    @Test func blockingWorkRunsOnAnotherThread() async throws {
        let application = Function { _ in
            .blocking { Response(.ok, body: Array("\(LoopExecutor.shared.isOnThread).".utf8)) }
        }
        try await LoopThread.serving(application) { port, _ in
            let client = try Client(port: port)
            try client.send(get("/1") + get("/2"))
            let both = try client.read { $0.split(separator: "false.").count == 2 && $0.hasSuffix("false.") }
            #expect(both.hasSuffix("\r\n\r\nfalse."))
        }
    }

    @Test func aHandlerThatThrowsIsA500AndTheConnectionStays() async throws {
        let application = Function { request in
            switch request.path.last {
            case UInt8(ascii: "1"): throw Oops()
            case UInt8(ascii: "2"): return .later { throw Oops() }
            case UInt8(ascii: "3"): return .blocking { throw Oops() }
            case UInt8(ascii: "4"): return .now(Response(.ok, fields: [Field("a", "b\r\nc: d")]))
            default: return .now(Response(.ok))
            }
        }
        try await LoopThread.serving(application) { port, _ in
            let client = try Client(port: port)
            for number in 1...4 {
                try client.send(get("/\(number)"))
                let answer = try client.read(to: "}")
                #expect(answer.hasPrefix("HTTP/1.1 500 Internal Server Error\r\n"))
                #expect(answer.contains(#"{"detail":"Internal Server Error","id":""#))
                #expect(!answer.contains("\r\nx-process-time: ") && !answer.contains("connection: close"))
            }
            try client.send(get("/5"))
            #expect(try client.read(to: "\r\n\r\n").hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test func aResetCancelsTheHandler() async throws {
        let started = Gate()
        let cancelled = Gate()
        let application = Function.untilCancelled(cancelled, started: started)
        try await LoopThread.serving(application) { port, _ in
            let client = try Client(port: port)
            try client.send(get("/"))
            await started.wait()
            client.reset()
            await cancelled.wait()
        }
    }

    @Test func aDrainLetsASlowRequestFinish() async throws {
        let started = Gate()
        let finish = Gate()
        let application = Function { _ in
            .later {
                started.open()
                await finish.wait()
                return Response(.ok, body: Array("done.".utf8))
            }
        }
        let answer = Answers()
        try await LoopThread.serving(application) { port, slot in
            _ = SystemThread.start("client") {
                let client = try? Client(port: port)
                try? client?.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                answer.put((try? client?.read()) ?? "")
            }
            await started.wait()
            // Drained by `serving` from here on; the handler is let go only when the worker says that it drains.
            _ = SystemThread.start("release") {
                while slot.state != .draining { sched_yield() }
                finish.open()
            }
        }
        let text = await answer.take()
        #expect(text.hasSuffix("\r\nconnection: close\r\n\r\ndone."))
    }

    @Test func aRequestKnowsWhereItCameFrom() async throws {
        let application = Function { request in
            let info = request.connection
            return .now(Response(.ok, body: Array("\(request.scheme) \(request.authority) \(info.peer).".utf8)))
        }
        try await LoopThread.serving(application) { port, _ in
            let client = try Client(port: port)
            try client.send("GET / HTTP/1.1\r\nHost: name:1\r\nX-Forwarded-Proto: https\r\n\r\n")
            #expect(try client.read(to: ".").hasSuffix("\r\n\r\nhttps name:1 127.0.0.1."))
            try client.send("GET http://other/ HTTP/1.1\r\nHost: name\r\nX-Forwarded-Proto: gopher\r\n\r\n")
            #expect(try client.read(to: ".").hasSuffix("\r\n\r\nhttp other 127.0.0.1."))
            // The last member counts: the nearest proxy wrote it, and the client those before.
            for (lines, scheme) in [
                ("X-Forwarded-Proto: https\r\nX-Forwarded-Proto: http\r\n", "http"),
                ("X-Forwarded-Proto: http\r\nX-Forwarded-Proto: https\r\n", "https"),
                ("X-Forwarded-Proto: https, http\r\n", "http"), ("X-Forwarded-Proto: http,HTTPS\r\n", "https"),
                ("X-Forwarded-Proto: https, ,\r\nX-Forwarded-Proto:\r\n", "https"),
                ("X-Forwarded-Proto: http, https x\r\n", "http"),
            ] {
                try client.send("GET / HTTP/1.1\r\nHost: name\r\n\(lines)\r\n")
                #expect(try client.read(to: ".").hasSuffix("\r\n\r\n\(scheme) name 127.0.0.1."), "\(lines)")
            }
            try client.send("GET / HTTP/1.0\r\n\r\n")
            #expect(try client.read().hasSuffix("\r\n\r\nhttp 127.0.0.1:\(port) 127.0.0.1."))
        }
    }

    /// The thread that accepts waits for a close then, and ends the moment that it is told to: also while the drain has not
    /// begun to wait for it.
    @Test func aDrainAtTheLimitEndsEachTime() async throws {
        var settings = Settings()
        settings.maxConnections = 1
        for _ in 0..<300 {
            try await LoopThread.serving(echo, settings: settings) { port, _ in
                let client = try Client(port: port)
                try client.send(get("/1"))
                _ = try client.read(to: "/1")
            }
        }
    }

    @Test func noMoreConnectionsThanAllowedAreServedAtOnce() async throws {
        var settings = Settings()
        settings.maxConnections = 2
        try await LoopThread.serving(echo, settings: settings) { port, slot in
            let first = try Client(port: port)
            let second = try Client(port: port)
            let third = try Client(port: port)
            try first.send(get("/1"))
            _ = try first.read(to: "/1")
            try second.send(get("/2"))
            _ = try second.read(to: "/2")
            try third.send(get("/third"))
            #expect(slot.connections == 2)
            first.end()
            #expect(try third.read(to: "/third").hasPrefix("HTTP/1.1 200"))
        }
    }
}
