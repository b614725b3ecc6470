import Messages
import Tracing

/// A span for each request, by the tracer that the application has bootstrapped, with the names and attributes of
/// OpenTelemetry's semantic conventions for HTTP. The handler runs in the span's context.
final class RequestTracing: Sendable {
    /// Of the request that is handled here.
    @TaskLocal fileprivate static var span: (any Span)?

    /// Adds the error to the request's span, if there is one.
    static func record(_ error: any Error) {
        span?.recordError(error)
    }

    private let tracer: any Tracer

    init(_ tracer: any Tracer) {
        self.tracer = tracer
    }

    /// nil without a tracer. Looked up once, when the application is built.
    static var bootstrapped: RequestTracing? {
        let tracer = InstrumentationSystem.tracer
        return tracer is NoOpTracer ? nil : RequestTracing(tracer)
    }

    /// Answers a request within a span, whose parent is the caller's as the tracer reads it from the fields.
    /// - Parameters:
    ///   - names: of the routes.
    ///   - route: is set by `respond`.
    func answer(
        _ request: Request, _ names: [RouteName], _ route: inout Int?, _ respond: (inout Int?) throws -> Answer
    ) throws -> Answer {
        let span = RequestSpan(request, tracer)
        let answer: Answer
        do {
            answer = try span.run { try respond(&route) }
        } catch {
            span.matched(route.map { names[$0] })
            throw span.failed(error)
        }
        span.matched(route.map { names[$0] })
        switch answer {
        case .now(let response): return .now(span.answered(response))
        case .later(let body):
            return .later {
                do {
                    return span.answered(try await span.run(body))
                } catch {
                    throw span.failed(error)
                }
            }
        case .blocking(let operation, let body):
            return .blocking(of: operation) {
                do {
                    return span.answered(try span.run(body))
                } catch {
                    throw span.failed(error)
                }
            }
        }
    }

    /// The fields by which another server finds the current span; empty without one.
    var outgoingFields: [Field] {
        guard let context = ServiceContext.current else { return [] }
        var fields: [Field] = []
        tracer.inject(context, into: &fields, using: FieldInjector())
        return fields
    }

    private struct FieldInjector: Injector {
        func inject(_ value: String, forKey key: String, into fields: inout [Field]) {
            fields.append(Field(key.lowercased(), value))
        }
    }
}

/// The span of one request. If nobody ends it, because the request was cancelled before its handler ran, it ends with its
/// last reference.
private final class RequestSpan: Sendable {
    private let span: any Span
    private let method: String

    init(_ request: Request, _ tracer: any Tracer) {
        var context = ServiceContext.topLevel
        tracer.extract(request.head, into: &context, using: FieldExtractor())
        method = request.method.reportedName
        span = tracer.startSpan(method == Method.otherReportedName ? "HTTP" : method, context: context, ofKind: .server)
        span.updateAttributes { [method] attributes in
            attributes["http.request.method"] = method
            if method == Method.otherReportedName {
                attributes["http.request.method_original"] = request.method.rawValue
            }
            attributes["url.scheme"] = request.connection.scheme.rawValue
            attributes["url.path"] = String(decoding: request.path, as: UTF8.self)
            if let query = request.query { attributes["url.query"] = String(decoding: query, as: UTF8.self) }
            if let authority = request.head.authority {
                attributes["server.address"] = String(decoding: request.head.bytes[authority], as: UTF8.self)
            }
            if !request.connection.peer.isEmpty { attributes["network.peer.address"] = request.connection.peer }
            if let agent = request.header("user-agent") { attributes["user_agent.original"] = agent }
        }
    }

    deinit {
        span.end()
    }

    private struct FieldExtractor: Extractor {
        func extract(key: String, from head: RequestHead) -> String? {
            let name = key.lowercased()
            return head.fields.first { head.isName($0.name, name) }.map {
                String(decoding: head.bytes[$0.value], as: UTF8.self)
            }
        }
    }

    func run<Result>(_ body: () throws -> Result) rethrows -> Result {
        try RequestTracing.$span.withValue(span) {
            try ServiceContext.$current.withValue(span.context) { try body() }
        }
    }

    func run(_ body: @Sendable () async throws -> Response) async throws -> Response {
        try await RequestTracing.$span.withValue(span) {
            try await ServiceContext.$current.withValue(span.context) { try await body() }
        }
    }

    /// - Parameter route: nil for none.
    func matched(_ route: RouteName?) {
        guard let route else { return }
        span.operationName =
            method == Method.otherReportedName ? "HTTP \(route.template)" : "\(method) \(route.template)"
        span.attributes["http.route"] = route.template
    }

    /// The response, with which the span ends; or with its last byte, when that is still to be made.
    func answered(_ response: Response) -> Response {
        span.attributes["http.response.status_code"] = Int(response.status.code)
        // What a client does wrong is no error of the server.
        if response.status.code >= 500 {
            span.attributes["error.type"] = String(response.status.code)
            span.setStatus(SpanStatus(code: .error))
        }
        guard response.stream != nil else {
            span.end()
            return response
        }
        var response = response
        let others = response.whenSent
        // It keeps this span from its end until then.
        response.whenSent = { [self] in
            span.end()
            others?()
        }
        return response
    }

    /// The error, with which the span ends.
    func failed(_ error: any Error) -> any Error {
        span.recordError(error)
        span.attributes["error.type"] = "\(type(of: error))"
        span.setStatus(SpanStatus(code: .error))
        span.end()
        return error
    }
}
