import AsyncHTTPClient
import FoundationEssentials
import NIOHTTP1
import Tracing

/// The span of one request to another server, with OpenTelemetry's attributes for HTTP clients. Without a tracer it is none.
///
/// The HTTP client's own spans are made on its threads, where the caller's context is not known.
struct UpstreamSpan: Sendable {
    /// The request, with the fields by which the other server finds the span.
    let request: HTTPClient.Request
    private let span: any Span

    /// - Parameter context: the caller's.
    init(_ request: HTTPClient.Request, _ context: ServiceContext) {
        let method = request.method.rawValue
        let span = InstrumentationSystem.tracer.startSpan(method, context: context, ofKind: .client)
        var injected = HTTPHeaders()
        InstrumentationSystem.instrument.inject(span.context, into: &injected, using: HeaderInjector())
        var request = request
        for (name, value) in injected { request.headers.replaceOrAdd(name: name, value: value) }
        if span.isRecording {
            span.updateAttributes { attributes in
                attributes["http.request.method"] = method
                attributes["url.full"] = request.url.absoluteString
                attributes["server.address"] = request.host
                attributes["server.port"] = request.port
            }
        }
        self.request = request
        self.span = span
    }

    private struct HeaderInjector: Injector {
        func inject(_ value: String, forKey key: String, into headers: inout HTTPHeaders) {
            headers.replaceOrAdd(name: key, value: value)
        }
    }

    func end(_ result: Result<HTTPClient.Response, any Error>) {
        switch result {
        case .success(let response):
            span.attributes["http.response.status_code"] = Int(response.status.code)
            if response.status.code >= 400 {
                span.attributes["error.type"] = String(response.status.code)
                span.setStatus(SpanStatus(code: .error))
            }
        case .failure(let error):
            span.recordError(error)
            span.attributes["error.type"] = "\(type(of: error))"
            span.setStatus(SpanStatus(code: .error))
        }
        span.end()
    }
}
