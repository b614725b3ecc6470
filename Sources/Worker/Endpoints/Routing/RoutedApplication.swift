internal import Logging
internal import Messages

/// What `API.build` makes: finds the route of a request and lets it answer.
struct RoutedApplication: Application {
    let table: RouteTable
    let isTimed: Bool
    /// The API's own.
    let middleware: MiddlewareChain
    let runtime: APIRuntime
    let opening: @Sendable (any Host) -> Void
    let stopping: @Sendable () async -> Void

    func open(_ host: any Host) {
        runtime.open(host)
        opening(host)
    }

    func answer(_ request: Request) throws -> Answer {
        let path = PercentEncoding.decoded(request.path)
        switch table.match(request.method, path.span) {
        case .route(let route, let place):
            let match = MatchedPath(bytes: path, place: place)
            if route.isPlain { return try route.answer(Context(request: request, match: match, state: nil)) }
            let state = RequestState(runtime, route)
            let context = Context(request: request, match: match, state: state)
            guard !route.middleware.isEmpty else { return state.settled(try route.answer(context)) }
            return state.settled(try route.middleware.answer(context, runtime) { try route.answer($0) })
        case .otherMethods(let error):
            return try answer(request) { runtime.errors.response(to: error, $0, runtime) }
        case .nothing:
            if path.elementsEqual("*".utf8) { return try answer(request) { _ in table.methods } }
            guard let change = table.redirection(of: path) else {
                return try answer(request) { runtime.errors.response(to: NotFoundError(), $0, runtime) }
            }
            return try answer(request) {
                Response(.temporaryRedirect, fields: [Field("location", Location.text($0.request, change))])
            }
        }
    }

    /// Where no route fits.
    private func answer(_ request: Request, _ respond: @escaping @Sendable (Context) -> Response) throws -> Answer {
        if middleware.isEmpty { return .now(respond(Context(request: request, match: nil, state: nil))) }
        let state = RequestState(runtime, nil)
        let context = Context(request: request, match: nil, state: state)
        return state.settled(try middleware.answer(context, runtime) { .now(respond($0)) })
    }

    func content(of head: RequestHead) -> ContentMode {
        table.contentMode(head.method, PercentEncoding.decoded(head.bytes[head.path]))
    }

    func finish(_ response: Response, to request: Request) -> Answer {
        var match: MatchedPath?
        var found: Route?
        let path = PercentEncoding.decoded(request.path)
        if case .route(let route, let place) = table.match(request.method, path.span) {
            match = MatchedPath(bytes: path, place: place)
            found = route
        }
        let chain = found?.middleware ?? middleware
        if chain.isEmpty { return .now(response) }
        let state = RequestState(runtime, found)
        let context = Context(request: request, match: match, state: state)
        let answer = chain.finished(response, context).map { Answer.now($0) }
        return state.settled((try? answer ?? chain.answer(context, runtime) { _ in .now(response) }) ?? .now(response))
    }

    func drain() {
        runtime.drain()
    }

    func stop() async {
        await runtime.finishTasks()
        await stopping()
    }
}

extension RequestState {
    /// With the work that is to be done after the answer.
    func settled(_ answer: Answer) -> Answer {
        answer.map { self.settle($0) }
    }
}

extension MatchedPath {
    func route(of method: Method) -> Route? { place.route(for: method) }
}
