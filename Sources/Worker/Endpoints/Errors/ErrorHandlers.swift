import Logging
import Messages

/// Turns errors into responses: by the application's handlers (`API.onError`), by the error's own response, or as a 500.
struct ErrorHandlers: Sendable {
    /// Handles errors of one type; returns nil for any other.
    typealias Handler = @Sendable (any Error, Context) throws -> Response?

    /// A response of a handler, for the document.
    struct DocumentedResponse: Sendable {
        /// The type of the errors that the handler is for.
        let errorType: ObjectIdentifier
        let status: Status
        let content: ResponseContent?
    }

    private var handlers: [Handler] = []
    private(set) var documented: [DocumentedResponse] = []

    mutating func add(_ handler: @escaping Handler, _ documented: [DocumentedResponse]) {
        handlers.append(handler)
        self.documented += documented
    }

    /// The error's own response, if the application has no handlers; nil for an unexpected error.
    func ownResponse(to error: any Error, _ context: Context) -> Response? {
        guard handlers.isEmpty, let response = Self.ownResponse(of: error) else { return nil }
        context.state?.recordFailure(error)
        if response.status.code >= 500 { RequestTracing.record(error) }
        return response
    }

    /// - Parameter context: of the request. A context without state gets one here, because handlers and the log need it.
    func response(to error: any Error, _ context: Context, _ runtime: APIRuntime) -> Response {
        if let response = ownResponse(to: error, context) { return response }
        guard context.state == nil else { return response(to: error, context) }
        let state = RequestState(
            runtime, context.match?.route(for: context.request.method), context.request.identity)
        let withState = Context(request: context.request, match: context.match, state: state)
        return state.startingJobs(after: response(to: error, withState))
    }

    private func response(to error: any Error, _ context: Context) -> Response {
        let response = handled(error, context)
        if response.status.code >= 500 { RequestTracing.record(error) }
        return response
    }

    private func handled(_ error: any Error, _ context: Context) -> Response {
        context.state?.recordFailure(error)
        // The client has gone: nobody waits for the response, and nothing has failed.
        if Task.isCancelled { return .detail(.serviceUnavailable, "Service Unavailable") }
        var failure = error
        do {
            for handler in handlers {
                if let response = try handler(error, context) {
                    return response.addingFields(of: Self.ownResponse(of: error))
                }
            }
        } catch {
            failure = error
        }
        return Self.ownResponse(of: failure) ?? response(toUnexpected: failure, context)
    }

    private func response(toUnexpected error: any Error, _ context: Context) -> Response {
        context.logger.error(
            "a request failed",
            metadata: [
                "method": "\(context.request.method)",
                "path": "\(String(decoding: context.request.path, as: UTF8.self))",
                "operation": "\(context.route?.name ?? "none")", "error": "\(error)",
            ])
        let body: JSON = ["detail": "Internal Server Error", "id": .string(context.id)]
        var response = body.response(.internalServerError)
        response.fields.append(Field("x-request-id", context.id))
        return response
    }

    private static func ownResponse(of error: any Error) -> Response? {
        if let error = error as? any ResponseError { return error.response }
        guard let error = error as? ContentError else { return nil }
        return switch error.code {
        case .tooLarge: .detail(.contentTooLarge, error.description)
        case .stalled: .detail(.requestTimeout, error.description)
        case .incomplete, .malformed: .detail(.badRequest, error.description)
        // Not the client's fault: 500.
        default: nil
        }
    }
}

extension Response {
    /// Adds the fields of the error's own response, such as `allow`, if the status is the same: RFC 9110 requires them for
    /// the status, whatever the content.
    fileprivate func addingFields(of own: Response?) -> Response {
        guard let own, own.status == status else { return self }
        let names = Set(fields.map(\.name))
        var copy = self
        copy.fields += own.fields.filter { $0.name != "content-type" && !names.contains($0.name) }
        return copy
    }
}
