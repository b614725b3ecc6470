import InMemoryTracing
import Logging
import Messages
import Synchronization
import Testing
import Tracing

@testable import Endpoints

/// Spans for requests, by a tracer in memory.
@Suite struct TracingTests {
    private let tracer = InMemoryTracer()

    private struct Broken: Error {}

    private var api: API {
        var api = API(title: "t")
        api.get("/inline/{id}", Path("id", Int.self), run: .inline) { id in Self.child("inner \(id)") }
        api.get("/blocking/{id}", Path("id", Int.self)) { id in Self.child("inner \(id)") }
        api.get("/async/{id}", Path("id", Int.self)) { id async in
            await Task.yield()
            return Self.child("inner \(id)")
        }
        api.get("/fields", RequestContext()) { context async in
            context.outgoingFields.map { "\($0.name): \($0.value)" }
        }
        api.get("/broken") { () throws -> String in throw Broken() }
        api.get("/broken-async") { () async throws -> String in throw Broken() }
        api.get("/unavailable") { () throws -> String in throw HTTPError(.serviceUnavailable) }
        api.get("/stream") { StreamingResponse("text/plain", AsyncStream<[UInt8]> { $0.finish() }) }
        return api
    }

    /// What a library does within a handler: a span of its own.
    private static func child(_ name: String) -> String {
        "\(ServiceContext.current?.inMemorySpanContext?.traceID ?? "none") \(name)"
    }

    private func answer(_ request: Request) async throws -> Response {
        try await SampleAPI.answer(api.build(tracing: RequestTracing(tracer)), request)
    }

    private func onlySpan() throws -> FinishedInMemorySpan {
        #expect(tracer.activeSpans.isEmpty && tracer.finishedSpans.count == 1)
        return try #require(tracer.finishedSpans.first)
    }

    @Test(arguments: ["inline", "blocking", "async"]) func aRequestIsASpan(kind: String) async throws {
        let response = try await answer(
            Request(
                .get, "/\(kind)/7?q=1", fields: [Field("host", "example.com"), Field("user-agent", "curl")],
                connection: ConnectionInfo(scheme: .https, peer: "192.0.2.1")))
        let span = try onlySpan()
        #expect(span.operationName == "GET /\(kind)/{id}" && span.kind == .server)
        #expect(response.text == "\"\(span.traceID) inner 7\"", "the handler is in the span")
        #expect(span.attributes.get("http.request.method") == "GET".toSpanAttribute())
        #expect(span.attributes.get("http.route") == "/\(kind)/{id}".toSpanAttribute())
        #expect(span.attributes.get("url.path") == "/\(kind)/7".toSpanAttribute())
        #expect(span.attributes.get("url.query") == "q=1".toSpanAttribute())
        #expect(span.attributes.get("url.scheme") == "https".toSpanAttribute())
        #expect(span.attributes.get("server.address") == "example.com".toSpanAttribute())
        #expect(span.attributes.get("network.peer.address") == "192.0.2.1".toSpanAttribute())
        #expect(span.attributes.get("user_agent.original") == "curl".toSpanAttribute())
        #expect(span.attributes.get("http.response.status_code") == 200.toSpanAttribute())
        #expect(span.status == nil && span.errors.isEmpty)
    }

    @Test func theCallersSpanIsTheParent() async throws {
        let fields = [Field(InMemoryTracer.traceIDKey, "trace-9"), Field(InMemoryTracer.spanIDKey, "span-9")]
        _ = try await answer(Request(.get, "/inline/1", fields: fields))
        let span = try onlySpan()
        #expect(span.traceID == "trace-9" && span.parentSpanID == "span-9")
    }

    @Test(arguments: ["/broken", "/broken-async"]) func anErrorIsRecorded(path: String) async throws {
        #expect(try await answer(Request(.get, path)).status == .internalServerError)
        let span = try onlySpan()
        #expect(span.errors.count == 1 && span.errors.first?.error is Broken)
        #expect(span.status?.code == .error)
        #expect(span.attributes.get("error.type") == "500".toSpanAttribute())
    }

    @Test func aClientsMistakeIsNoError() async throws {
        #expect(try await answer(Request(.get, "/inline/x")).status == .unprocessableContent)
        #expect(try await answer(Request(.get, "/nowhere")).status == .notFound)
        #expect(try await answer(Request(Method(rawValue: "BREW"), "/nowhere")).status == .notFound)
        #expect(tracer.finishedSpans.map(\.operationName) == ["GET /inline/{id}", "GET", "HTTP"])
        #expect(tracer.finishedSpans.allSatisfy { $0.status == nil && $0.errors.isEmpty })
        #expect(try await answer(Request(.get, "/unavailable")).status == .serviceUnavailable)
        #expect(tracer.finishedSpans.last?.status?.code == .error && tracer.finishedSpans.last?.errors.count == 1)
    }

    @Test func aStreamsSpanEndsWithItsLastByte() async throws {
        let response = try await answer(Request(.get, "/stream"))
        #expect(tracer.activeSpans.count == 1)
        response.whenSent?()
        #expect(try onlySpan().operationName == "GET /stream")
    }

    @Test func aRequestThatIsNeverHandledEndsToo() throws {
        do {
            guard case .blocking = try api.build(tracing: RequestTracing(tracer)).answer(Request(.get, "/blocking/1"))
            else {
                Testing.Issue.record("it does not block")
                return
            }
        }
        #expect(try onlySpan().operationName == "GET /blocking/{id}")
    }

    @Test func outgoingFieldsNameTheCurrentSpan() async throws {
        let text = try await answer(Request(.get, "/fields")).text
        let span = try onlySpan()
        #expect(
            text.contains("x-request-id: ") && text.contains(": \(span.traceID)") && text.contains(": \(span.spanID)"))
    }

    // MARK: Without a tracer

    private static let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    @Test func outgoingFieldsPassOnWhatCame() async throws {
        let fields = [Field("traceparent", Self.trace), Field("tracestate", "a=1"), Field("x-request-id", "abc")]
        let application = try api.build(tracing: nil)
        let request = Request(.get, "/fields", fields: fields, connection: ConnectionInfo(isTrusted: true))
        #expect(
            try await SampleAPI.answer(application, request).text
                == #"["x-request-id: abc","traceparent: \#(Self.trace)","tracestate: a=1"]"#)
        let own = try await SampleAPI.answer(application, Request(.get, "/fields")).text
        #expect(own.wholeMatch(of: /\["x-request-id: [0-9a-f]{16}"\]/) != nil, "\(own)")
    }

    @Test func theLoggersNameTheRequestAndItsTrace() async throws {
        let seen = Mutex<[Logger.MetadataValue?]>([])
        var api = API(title: "t")
        api.get("/", RequestContext()) { context in
            let logger = context.logger
            seen.withLock { $0 = [logger[metadataKey: "request"], logger[metadataKey: "trace"]] }
            return "\(context.trace?.traceID ?? "none")"
        }
        let request = Request(
            .get, "/", fields: [Field("traceparent", Self.trace), Field("x-request-id", "abc")],
            connection: ConnectionInfo(isTrusted: true))
        let text = try await SampleAPI.answer(api.build(tracing: nil), request).text
        #expect(text == #""4bf92f3577b34da6a3ce929d0e0e4736""#)
        #expect(seen.withLock { $0 } == ["abc", "4bf92f3577b34da6a3ce929d0e0e4736"])
    }

    @Test func an500HasTheRequestsIdInAFieldToo() async throws {
        let request = Request(
            .get, "/broken", fields: [Field("x-request-id", "abc")], connection: ConnectionInfo(isTrusted: true))
        let response = try await SampleAPI.answer(api.build(tracing: nil), request)
        #expect(response.fields.filter { $0.name == "x-request-id" }.map(\.value) == ["abc"])
        #expect(try JSON(parsing: response.body)["id"] == "abc")
    }
}
