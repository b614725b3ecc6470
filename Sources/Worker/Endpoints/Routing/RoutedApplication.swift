internal import Messages

/// What `API.build` makes: finds the operation of a request and lets it answer.
struct RoutedApplication: Application {
    let table: RouteTable
    let stopping: @Sendable () async -> Void

    private static let notFound = Response.detail(.notFound, "Not Found")

    func answer(_ request: Request) throws -> Answer {
        let path = PercentEncoding.decoded(request.path)
        switch table.match(request.method, path) {
        case .operation(let answer, let path):
            return try answer(Call(request: request, path: path))
        case .otherMethods(let refusal):
            return .now(refusal)
        case .nothing:
            guard let other = table.redirection(of: path) else { return .now(RoutedApplication.notFound) }
            return .now(Response(.temporaryRedirect, fields: [Field("location", Location.text(request, path: other))]))
        }
    }

    func stop() async {
        await stopping()
    }
}
