import Logging
import Messages

/// Makes answers of errors: by the application's own rules, by what an error says of itself, or as a 500.
struct ErrorResponder: Sendable {
    /// An application's rule for one type of error; nil for any other.
    typealias Rule = @Sendable (any Error, Context) throws -> Response?

    private(set) var rules: [Rule] = []
    /// What the document says of the answers of rules.
    private(set) var documented: [Documented] = []

    /// What the answers of a rule are.
    struct Documented: Sendable {
        /// Of the errors that it is for.
        let type: ObjectIdentifier
        let status: Status
        let content: ResponseContent?
    }

    mutating func add(_ rule: @escaping Rule, _ documented: [Documented]) {
        rules.append(rule)
        self.documented += documented
    }

    /// The answer that an error has by itself, where the application has no rules; nil for any other error.
    func plainResponse(to error: any Error, _ context: Context) -> Response? {
        guard rules.isEmpty, let known = Self.known(error) else { return nil }
        context.state?.fail(error)
        return known
    }

    /// - Parameter context: of the request; one without state gets it here, because rules and the log ask for it.
    func response(to error: any Error, _ context: Context, _ runtime: APIRuntime) -> Response {
        if let known = plainResponse(to: error, context) { return known }
        guard context.state == nil else { return response(to: error, context) }
        let state = RequestState(runtime, context.match?.route(of: context.request.method))
        return state.settle(response(to: error, Context(request: context.request, match: context.match, state: state)))
    }

    private func response(to error: any Error, _ context: Context) -> Response {
        context.state?.fail(error)
        // Nobody waits for the answer, and nothing has failed.
        if Task.isCancelled { return .detail(.serviceUnavailable, "Service Unavailable") }
        var failure = error
        do {
            for rule in rules {
                if let response = try rule(error, context) { return response.keeping(Self.known(error)) }
            }
        } catch {
            failure = error
        }
        return Self.known(failure) ?? response(ofUnexpected: failure, context)
    }

    private func response(ofUnexpected error: any Error, _ context: Context) -> Response {
        context.log.error(
            "a request failed",
            metadata: [
                "method": "\(context.request.method)",
                "path": "\(String(decoding: context.request.path, as: UTF8.self))",
                "operation": "\(context.route?.name ?? "none")", "error": "\(error)",
            ])
        let body: JSON = ["detail": "Internal Server Error", "id": .string(context.id)]
        return body.response(.internalServerError)
    }
}

extension Response {
    /// With the fields that the error's own answer would have had beside its content, such as `allow`, where the status is
    /// the same: RFC 9110 demands them of it, whatever the content.
    fileprivate func keeping(_ known: Response?) -> Response {
        guard let known, known.status == status else { return self }
        let names = Set(fields.map(\.name))
        var copy = self
        copy.fields += known.fields.filter { $0.name != "content-type" && !names.contains($0.name) }
        return copy
    }
}

extension ErrorResponder {
    /// What an error says of its own answer; nil for one that says nothing.
    private static func known(_ error: any Error) -> Response? {
        if let error = error as? any ResponseError { return error.response }
        guard let error = error as? ContentError else { return nil }
        return switch error.code {
        case .tooLarge: .detail(.contentTooLarge, error.description)
        case .stalled: .detail(.requestTimeout, error.description)
        case .incomplete, .malformed: .detail(.badRequest, error.description)
        // No fault of the client's.
        default: nil
        }
    }
}
