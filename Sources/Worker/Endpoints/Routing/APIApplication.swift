internal import Logging
internal import Messages

/// What `API.build` makes: it finds the route of a request and runs it.
struct APIApplication: Application {
    let table: RouteTable
    let sendsProcessTime: Bool
    /// The API's own.
    let middleware: MiddlewareChain
    let runtime: APIRuntime
    /// nil without a tracer: then no request pays for it.
    let tracing: RequestTracing?
    let onStart: @Sendable (any ApplicationHost) -> Void
    let onStop: @Sendable () async -> Void

    func start(on host: any ApplicationHost) {
        runtime.start(on: host)
        onStart(host)
    }

    var routes: [RouteName] { table.names }

    func answer(_ request: Request, route number: inout Int?) throws -> Answer {
        guard let tracing else { return try respond(to: request, &number) }
        return try tracing.answer(request, table.names, &number) { try respond(to: request, &$0) }
    }

    private func respond(to request: Request, _ number: inout Int?) throws -> Answer {
        let path = PercentEncoding.decoded(request.path)
        switch table.match(request.method, path.span) {
        case .route(let route, let entry):
            number = route.number
            let match = MatchedPath(bytes: path, entry: entry)
            if route.needsRequestOnly {
                return try route.respond(Context(request: request, match: match, state: nil))
            }
            let state = RequestState(runtime, route, request.identity)
            let context = Context(request: request, match: match, state: state)
            guard !route.middleware.isEmpty else { return state.startingJobs(after: try route.respond(context)) }
            return state.startingJobs(
                after: try route.middleware.answer(context, runtime) { try route.respond($0) })
        case .methodNotAllowed(let error):
            return try answerUnmatched(request) { runtime.errors.response(to: error, $0, runtime) }
        case .notFound:
            if path.elementsEqual("*".utf8) { return try answerUnmatched(request) { _ in table.allowedMethods } }
            guard let change = table.redirect(for: path) ?? request.redirectToRootPath else {
                return try answerUnmatched(request) { runtime.errors.response(to: NotFoundError(), $0, runtime) }
            }
            return try answerUnmatched(request) {
                Response(.temporaryRedirect, fields: [Field("location", RedirectLocation.text($0.request, change))])
            }
        }
    }

    /// The answer to a request that no route matches.
    private func answerUnmatched(
        _ request: Request, _ respond: @escaping @Sendable (Context) -> Response
    ) throws -> Answer {
        if middleware.isEmpty { return .now(respond(Context(request: request, match: nil, state: nil))) }
        let state = RequestState(runtime, nil, request.identity)
        let context = Context(request: request, match: nil, state: state)
        return state.startingJobs(after: try middleware.answer(context, runtime) { .now(respond($0)) })
    }

    func contentMode(for head: RequestHead) -> ContentMode {
        table.contentMode(head.method, PercentEncoding.decoded(head.bytes[head.path]))
    }

    func decorate(_ response: Response, for request: Request, route number: inout Int?) -> Answer {
        var match: MatchedPath?
        var found: Route?
        let path = PercentEncoding.decoded(request.path)
        if case .route(let route, let entry) = table.match(request.method, path.span) {
            match = MatchedPath(bytes: path, entry: entry)
            found = route
            number = route.number
        }
        let chain = found?.middleware ?? middleware
        if chain.isEmpty { return .now(response) }
        let state = RequestState(runtime, found, request.identity)
        let context = Context(request: request, match: match, state: state)
        let inline = chain.decorateInline(response, context).map { Answer.now($0) }
        let answer = try? inline ?? chain.answer(context, runtime) { _ in .now(response) }
        return state.startingJobs(after: answer ?? .now(response))
    }

    func drain() {
        runtime.drain()
    }

    func stop() async {
        await runtime.finishTasks()
        await onStop()
    }
}

extension Request {
    /// The root path without its slash, below which the relative links of pages would not work.
    fileprivate var redirectToRootPath: RedirectLocation.Change? {
        path.elementsEqual(rootPath.utf8) ? .addingSlash : nil
    }
}
