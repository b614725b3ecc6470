import Contract
import Linux
import Messages
import Synchronization
import Testing

@testable import Serving

/// What a server offers to its application, and tells it.
extension ServerTests {
    /// Keeps what the server gives it.
    private final class Guest: Application {
        let host = Mutex<(any ApplicationHost)?>(nil)
        let body: @Sendable (Request, any ApplicationHost) throws -> Answer

        init(_ body: @escaping @Sendable (Request, any ApplicationHost) throws -> Answer) {
            self.body = body
        }

        func start(on host: any ApplicationHost) {
            self.host.withLock { known in
                #expect(known == nil && LoopExecutor.shared.isOnThread)
                known = host
            }
        }

        func answer(_ request: Request, route: inout Int?) throws -> Answer {
            guard let host = host.withLock({ $0 }) else { throw NotOpened() }
            return try body(request, host)
        }
    }

    private struct NotOpened: Error {}
    private struct Failure: Error {}

    private static func text(_ text: String) -> Response { Response(.ok, body: Array("\(text).".utf8)) }

    @Test func anAsyncHandlerMayUseThePoolAndStartTasks() async throws {
        let application = Guest { _, host in
            .later {
                let isElsewhere = await withCheckedContinuation { continuation in
                    #expect(
                        host.runBlocking(.unnamed, deadline: nil) {
                            continuation.resume(returning: !LoopExecutor.shared.isOnThread)
                        })
                }
                let isBack = LoopExecutor.shared.isOnThread
                let isThere = await withCheckedContinuation { continuation in
                    host.startTask { continuation.resume(returning: LoopExecutor.shared.isOnThread) }
                }
                return Self.text("\(isElsewhere) \(isBack) \(isThere)")
            }
        }
        try await LoopThread.serving(application) { port, _ in
            let client = try Client(port: port)
            try client.send(get("/"))
            #expect(try client.read(to: ".").hasSuffix("true true true."))
        }
        // From a thread that is not the loop's there is no pass whose end would wake the pool.
        let host = try #require(application.host.withLock { $0 })
        await confirmation { ran in
            await withCheckedContinuation { continuation in
                #expect(host.runBlocking(.unnamed, deadline: nil) { continuation.resume() })
            }
            ran()
        }
    }

    @Test func afterPassIsCalledOnce() async throws {
        let counts = Counts()
        let application = Guest { _, host in
            let seen = counts.value.load(ordering: .relaxed)
            host.afterPass { counts.value.add(1, ordering: .relaxed) }
            return .now(Self.text("\(seen)"))
        }
        try await LoopThread.serving(application) { port, _ in
            let client = try Client(port: port)
            for number in 0..<3 {
                try client.send(get("/"))
                #expect(try client.read(to: "\(number).").hasSuffix("\(number)."))
            }
        }
        #expect(counts.value.load(ordering: .relaxed) == 3)
    }

    private final class Counts: Sendable {
        let value = Atomic(0)
    }

    @Test func aHandlerKnowsItsDeadlineAndWhetherItsPeerIsTrusted() async throws {
        var settings = Settings()
        for limit in [nil, .seconds(7)] as [Duration?] {
            settings.requestTimeout = limit
            let application = Function { request in
                let left = request.connection.deadline.map { $0 - MonotonicClock.nanoseconds }
                return .now(Self.text("\(left.map { $0 / 1_000_000_000 + 1 } ?? 0) \(request.connection.isTrusted)"))
            }
            try await LoopThread.serving(application, settings: settings) { port, _ in
                let client = try Client(port: port)
                try client.send(get("/"))
                #expect(try client.read(to: ".").hasSuffix("\r\n\(limit == nil ? 0 : 7) true."))
            }
        }
    }

    @Test func responsesSayHowLongTheyTookWhereTheApplicationWantsIt() async throws {
        struct Timed: Application {
            let sendsProcessTime = true
            func answer(_ request: Request, route: inout Int?) throws -> Answer { .now(Response(.ok)) }
        }
        try await LoopThread.serving(Timed()) { port, _ in
            let client = try Client(port: port)
            try client.send(get("/"))
            client.end()
            #expect(try client.read().contains("\r\nx-process-time: 0."))
        }
    }

    /// Ways to one answer, each with its request.
    private static let ways: [@Sendable (Request, @escaping @Sendable () -> Void) throws -> Answer] = [
        { _, sent in .now(noticed(text("now"), sent)) }, { _, sent in .later { noticed(text("later"), sent) } },
        { _, sent in
            .later {
                await Task.yield()
                return noticed(text("late"), sent)
            }
        }, { _, sent in .blocking { noticed(text("blocking"), sent) } },
        { _, sent in
            .now(
                noticed(
                    Response(
                        .ok,
                        stream: AsyncStream<[UInt8]> {
                            $0.yield(Array("stream".utf8))
                            $0.finish()
                        }), sent))
        },
        // Another answer takes the place of this one.
        { _, sent in .now(noticed(Response(.ok, fields: [Field("a", "b\r\nc")]), sent)) },
    ]

    private static func noticed(_ response: Response, _ sent: @escaping @Sendable () -> Void) -> Response {
        var response = response
        response.whenSent = sent
        return response
    }

    @Test(arguments: ways.indices)
    func whenSentIsCalledOnceAndBeforeTheServerIsFinished(index: Int) async throws {
        let heard = Counts()
        let application = Function { request in
            try Self.ways[index](request) {
                #expect(LoopExecutor.shared.isOnThread)
                heard.value.add(1, ordering: .relaxed)
            }
        }
        try await LoopThread.serving(application) { port, _ in
            let client = try Client(port: port)
            try client.send(get("/") + get("/"))
            client.end()
            #expect(try client.read().ranges(of: "HTTP/1.1 ").count == 2)
        }
        #expect(heard.value.load(ordering: .relaxed) == 2)
    }

    @Test func whenSentIsCalledWhenTheClientLeaves() async throws {
        let (started, heard) = (Gate(), Gate())
        let application = Function { request in
            let isLarge = request.path.elementsEqual("/large".utf8)
            if isLarge {
                started.open()
                let body = [UInt8](repeating: 120, count: 16 << 20)
                return .now(Self.noticed(Response(.ok, body: body)) { heard.open() })
            }
            return .now(Response(.ok))
        }
        try await LoopThread.serving(application) { port, _ in
            let client = try Client(port: port)
            try client.send(get("/large"))
            await started.wait()
            // With much of it unread: the connection is reset.
            client.reset()
            await heard.wait()
        }
    }

    // MARK: Finished by and by

    private struct Finishing: Application {
        let body: @Sendable (Request) throws -> Answer
        let finish: @Sendable (Response) -> Answer

        func answer(_ request: Request, route: inout Int?) throws -> Answer { try body(request) }
        func decorate(_ response: Response, for request: Request, route: inout Int?) -> Answer { finish(response) }
    }

    private static let finishes: [@Sendable (Response) -> Answer] = [
        { response in .later { stamped(response) } },
        { response in
            .later {
                await Task.yield()
                return stamped(response)
            }
        }, { response in .blocking { stamped(response) } },
    ]

    private static func stamped(_ response: Response) -> Response {
        var response = response
        response.fields.append(Field("x-finished", "yes"))
        return response
    }

    @Test(arguments: finishes.indices)
    func theApplicationMayFinishOwnResponsesLate(index: Int) async throws {
        let bodies: [(@Sendable (Request) throws -> Answer, String)] = [
            ({ _ in throw Failure() }, "500"), ({ _ in .later { throw Failure() } }, "500"),
            (
                { _ in
                    .later {
                        await Task.yield()
                        throw Failure()
                    }
                }, "500"
            ), ({ _ in .blocking { throw Failure() } }, "500"),
            ({ _ in .now(Response(.ok, fields: [Field("a", "b\r\nc")])) }, "500"),
            ({ _ in .blocking { Response(.ok, fields: [Field("a", "b\r\nc")]) } }, "500"),
        ]
        for (body, status) in bodies {
            let application = Finishing(body: body, finish: Self.finishes[index])
            try await LoopThread.serving(application) { port, slot in
                let client = try Client(port: port)
                for _ in 0..<2 {
                    try client.send(get("/"))
                    let answer = try client.read(to: "}")
                    #expect(answer.hasPrefix("HTTP/1.1 \(status) ") && answer.contains("\r\nx-finished: yes\r\n"))
                }
                #expect(slot.inFlight.isEmpty)
            }
        }
    }

    @Test(arguments: finishes.indices)
    func theApplicationMayFinishARejectionLate(index: Int) async throws {
        var settings = Settings()
        settings.maxBody = 20
        let application = Finishing(body: { _ in .now(Response(.ok)) }, finish: Self.finishes[index])
        try await LoopThread.serving(application, settings: settings) { port, slot in
            let client = try Client(port: port)
            try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 21\r\n\r\n")
            let answer = try client.read()
            #expect(answer.hasPrefix("HTTP/1.1 413 ") && answer.contains("\r\nx-finished: yes\r\n"))
            #expect(slot.inFlight.isEmpty)
        }
    }

    @Test func anOwnResponseThatCannotWaitIsSentUnchanged() async throws {
        var settings = Settings()
        settings.requestTimeout = .milliseconds(20)
        let application = Finishing(
            body: Function.untilCancelled(Gate()).body, finish: { response in .later { Self.stamped(response) } })
        try await LoopThread.serving(application, settings: settings) { port, _ in
            let client = try Client(port: port)
            try client.send(get("/"))
            let answer = try client.read()
            #expect(answer.hasPrefix("HTTP/1.1 503 ") && !answer.contains("x-finished"))
        }
    }

    @Test func anOwnResponseIsSentUnchangedWhenFinishingFails() async throws {
        let finishes: [@Sendable (Response) -> Answer] = [
            { _ in .later { throw Failure() } }, { _ in .blocking { throw Failure() } },
            { _ in .later { Response(.ok, fields: [Field("a", "b\r\nc")]) } },
        ]
        for finish in finishes {
            for body in [{ _ in throw Failure() }, { _ in .blocking { throw Failure() } }]
                as [@Sendable (Request) throws -> Answer]
            {
                try await LoopThread.serving(Finishing(body: body, finish: finish)) { port, _ in
                    let client = try Client(port: port)
                    try client.send(get("/"))
                    #expect(try client.read(to: "}").hasPrefix("HTTP/1.1 500 "))
                }
            }
        }
    }
}
