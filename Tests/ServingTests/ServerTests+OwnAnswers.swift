import Contract
import Messages
import Synchronization
import Testing

@testable import Serving

/// What the server answers itself is finished by the application, once the head of a request is known.
extension ServerTests {
    /// Says in a field which request it was asked about, as an application with CORS does for every answer.
    private struct Finishing: Application {
        let mode: ContentMode
        let body: @Sendable (Request) throws -> Answer
        var finish: @Sendable (Response) -> Response = { $0 }
        var way: @Sendable (Response) -> Answer = { .now($0) }

        func answer(_ request: Request, route: inout Int?) throws -> Answer { try body(request) }
        func contentMode(for head: RequestHead) -> ContentMode { mode }
        func decorate(_ response: Response, for request: Request, route: inout Int?) -> Answer {
            var response = finish(response)
            let path = String(decoding: request.path, as: UTF8.self)
            response.fields.append(Field("x-finished", "\(request.method) \(path) \(request.body.count)"))
            return way(response)
        }
    }

    private struct Broken: Error {}

    private static let reading: @Sendable (Request) throws -> Answer = { request in
        .later {
            for try await _ in request.stream {}
            return Response(.ok)
        }
    }

    private static let rejections: [(fields: String, content: String, status: String)] = [
        ("Content-Length: 21\r\n", "", "413"), ("Content-Length: 3\r\n", "ab", "400"),
        ("Transfer-Encoding: chunked\r\n", "15\r\n", "413"), ("Transfer-Encoding: chunked\r\n", "x\r\n", "400"),
        ("Transfer-Encoding: chunked\r\n", "1;\r\n", "400"),
        ("Transfer-Encoding: chunked\r\n", "0\r\nHost: a\r\n\r\n", "400"),
        ("Transfer-Encoding: gzip, chunked\r\n", "", "501"),
        ("Content-Encoding: gzip\r\nContent-Length: 1\r\n", "a", "415"),
        ("Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", "", "415"),
    ]

    @Test(arguments: [ContentMode.whole, .stream()])
    func aRejectionOfContentIsFinishedByTheApplication(mode: ContentMode) async throws {
        var settings = Settings()
        settings.maxBody = 20
        try await LoopThread.serving(Finishing(mode: mode, body: Self.reading), settings: settings) { port, _ in
            for (fields, content, status) in Self.rejections {
                let client = try Client(port: port)
                try client.send("POST /x HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\(content)")
                client.end()
                let answer = try client.read()
                #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(fields)\(content): \(answer)")
                #expect(answer.contains("\r\nx-finished: POST /x 0\r\n"), "\(fields)\(content): \(answer)")
                #expect(answer.contains("\r\nconnection: close\r\n"), "\(fields)\(content): \(answer)")
                #expect(answer.contains("\r\naccept-encoding: identity\r\n") == (status == "415"))
                #expect(answer.ranges(of: "HTTP/1.1 ").count == 1, "\(answer)")
            }
        }
    }

    @Test func anUnexpectedErrorIsFinishedByTheApplication() async throws {
        let bodies: [@Sendable (Request) throws -> Answer] = [
            { _ in throw Broken() }, { _ in .later { throw Broken() } },
            { _ in
                .later {
                    await Task.yield()
                    throw Broken()
                }
            }, { _ in .blocking { throw Broken() } }, { _ in .now(Response(.ok, fields: [Field("a", "b\r\nc")])) },
            { _ in .blocking { Response(.ok, fields: [Field("a b", "")]) } },
        ]
        for body in bodies {
            try await LoopThread.serving(Finishing(mode: .whole, body: body)) { port, _ in
                let client = try Client(port: port)
                try client.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nConnection: close\r\n\r\na")
                let answer = try client.read()
                #expect(
                    answer.hasPrefix("HTTP/1.1 500 ") && answer.contains("\r\nx-finished: POST /x 0\r\n"), "\(answer)")
            }
        }
    }

    @Test func responsesForALateHandlerAndAStopAreFinishedByTheApplication() async throws {
        var settings = Settings()
        settings.requestTimeout = .milliseconds(50)
        let late = Function.untilCancelled(Gate())
        try await LoopThread.serving(Finishing(mode: .whole, body: late.body), settings: settings) { port, _ in
            let client = try Client(port: port)
            try client.send("GET /late HTTP/1.1\r\nHost: a\r\n\r\n")
            let answer = try client.read()
            #expect(
                answer.hasPrefix("HTTP/1.1 503 ") && answer.contains("\r\nx-finished: GET /late 0\r\n"), "\(answer)")
        }
        let started = Gate()
        let stopped = Finishing(mode: .whole, body: Function.untilCancelled(Gate(), started: started).body)
        let held = Mutex<Server?>(nil)
        try await LoopThread.serving(stopped) { server in
            held.withLock { $0 = server }
        } _: { port, _ in
            let client = try Client(port: port)
            try client.send("GET /stopped HTTP/1.1\r\nHost: a\r\n\r\n")
            await started.wait()
            await held.withLock { $0 }?.stop()
            let answer = try client.read()
            #expect(answer.hasPrefix("HTTP/1.1 503 "), "\(answer)")
            #expect(answer.contains("\r\nx-finished: GET /stopped 0\r\n"), "\(answer)")
        }
    }

    @Test func anUnsendableFinishedResponseIsReplaced() async throws {
        let finishes: [@Sendable (Response) -> Response] = [
            { _ in Response(.ok, fields: [Field("a", "b\r\nc")]) }, { _ in Response(.ok, stream: NoPieces()) },
        ]
        for finish in finishes {
            let application = Finishing(mode: .whole, body: { _ in throw Broken() }, finish: finish)
            try await LoopThread.serving(application) { port, _ in
                let client = try Client(port: port)
                try client.send("GET / HTTP/1.0\r\n\r\n")
                let answer = try client.read()
                #expect(answer.hasPrefix("HTTP/1.1 500 ") && !answer.contains("x-finished"), "\(answer)")
            }
        }
    }

    @Test func aHeadThatIsMalformedIsNotShownToTheApplication() async throws {
        try await LoopThread.serving(Finishing(mode: .whole, body: Self.reading)) { port, _ in
            for text in ["nonsense\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n"] {
                let client = try Client(port: port)
                try client.send(text)
                let answer = try client.read()
                #expect(answer.hasPrefix("HTTP/1.1 400 ") && !answer.contains("x-finished"), "\(answer)")
            }
        }
    }

    private struct NoPieces: AsyncSequence, AsyncIteratorProtocol {
        func makeAsyncIterator() -> NoPieces { self }
        func next() async -> [UInt8]? { nil }
    }
}
