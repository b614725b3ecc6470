internal import Messages

/// What `API.build` makes: finds the operation of a request and lets it answer.
struct RoutedApplication: Application {
    let table: RouteTable
    let passEnding: @Sendable () -> Void
    let stopping: @Sendable () async -> Void

    private static let notFound = Response.detail(.notFound, "Not Found")

    func answer(_ request: Request) throws -> Answer {
        let path = PercentEncoding.decoded(request.path)
        switch table.match(request.method, path.span) {
        case .operation(let answer, let place):
            return try answer(Call(request: request, path: MatchedPath(bytes: path, place: place)))
        case .otherMethods(let refusal):
            return .now(refusal)
        case .nothing:
            guard let other = table.redirection(of: path) else { return .now(RoutedApplication.notFound) }
            return .now(Response(.temporaryRedirect, fields: [Field("location", Location.text(request, path: other))]))
        }
    }

    func content(of head: RequestHead) -> ContentMode {
        table.contentMode(head.method, PercentEncoding.decoded(head.bytes[head.path]))
    }

    func passEnded() {
        passEnding()
    }

    func stop() async {
        await stopping()
    }
}
