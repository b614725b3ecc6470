import Messages

/// An operation as it is served. A class, because looking one up must not copy it.
final class Route: Sendable {
    let description: MatchedRoute
    let contentMode: ContentMode
    let blocking: BlockingOperation
    /// Whether nothing stands around it and nothing asks for more than parts of the request.
    let isPlain: Bool
    /// All that stands around it, the API's too.
    let middleware: MiddlewareChain
    let answer: @Sendable (Context) throws -> Answer

    var method: Method { description.method }

    /// - Parameter middleware: the API's.
    init(_ operation: Operation, _ middleware: [any Middleware], _ runtime: APIRuntime) {
        description = MatchedRoute(method: operation.method, path: operation.path, name: operation.name)
        contentMode = operation.contentMode
        blocking = operation.blocking
        self.middleware = MiddlewareChain(middleware + operation.middleware)
        isPlain = self.middleware.isEmpty && !operation.needsState
        answer = operation.answering(OperationEnvironment(runtime, operation.requirements))
    }
}
