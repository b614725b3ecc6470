public import Messages

/// What surrounds an endpoint in its API: known when the API is built.
@usableFromInline
struct OperationEnvironment: Sendable {
    private let runtime: APIRuntime
    private let dependencies: [RouterDependency]

    /// Whether its routers have no dependencies.
    @usableFromInline let hasNoDependencies: Bool

    init(_ runtime: APIRuntime, _ dependencies: [RouterDependency]) {
        self.runtime = runtime
        self.dependencies = dependencies
        hasNoDependencies = dependencies.isEmpty
    }

    /// Where the dependencies can be made.
    @usableFromInline var execution: ParameterExecution { dependencies.map(\.declaration).execution }

    /// Reads what the dependencies are made of.
    @usableFromInline
    func read(from context: Context, _ issues: inout [Issue]) throws -> UnresolvedDependencies {
        UnresolvedDependencies(all: try dependencies.compactMap { try $0.read(context, &issues) })
    }

    /// The response to an error of the handler, or of one of its parameters.
    @usableFromInline
    func response(to error: any Error, _ context: Context) -> Response {
        runtime.errors.response(to: error, context, runtime)
    }

    /// The same, but `WouldBlock` is thrown: the handler can be run again.
    @usableFromInline
    func responseUnlessBlocked(to error: any Error, _ context: Context) throws(WouldBlock) -> Response {
        if let response = runtime.errors.ownResponse(to: error, context) { return response }
        if let error = error as? WouldBlock { throw error }
        return response(to: error, context)
    }

    /// Ends the scopes of the dependencies, the last one first.
    /// - Returns: the response that was made, or the response to an error on the way.
    @usableFromInline
    func endScopes(_ outcome: Result<Response, any Error>, _ context: Context) async -> Response {
        var outcome = outcome
        // The client does not get the response: it was told that its request took too long, or it has disconnected. Scopes
        // must roll back.
        if Task.isCancelled, case .success = outcome, context.state?.hasScopes == true {
            outcome = .failure(CancellationError())
        }
        while let scope = context.state?.takeScope() {
            do {
                try await scope.end(outcome.map { _ in () })
            } catch {
                outcome = .failure(error)
            }
        }
        switch outcome {
        case .success(let response): return response
        case .failure(let error): return response(to: error, context)
        }
    }
}

/// A parameter in the `dependencies:` of a router: every request must have it, and the value is not passed to handlers.
struct RouterDependency: Sendable {
    struct Unresolved: Sendable {
        let resolve: @Sendable () throws -> Void
        let resolveAwaiting: @Sendable () async throws -> Void
    }

    let declaration: ParameterDeclaration
    let read: @Sendable (Context, inout [Issue]) throws -> Unresolved?

    private init<Input: Parameter>(_ parameter: Input) {
        declaration = parameter.declaration
        read = { context, issues in
            try parameter.read(from: context, issues: &issues).map { unresolved in
                Unresolved {
                    _ = try Input.resolve(unresolved)
                } resolveAwaiting: {
                    _ = try await Input.resolve(awaiting: unresolved)
                }
            }
        }
    }

    static func all<each Input: Parameter>(_ parameters: repeat each Input) -> [RouterDependency] {
        var all: [RouterDependency] = []
        for parameter in repeat each parameters { all.append(RouterDependency(parameter)) }
        return all
    }
}

/// The dependencies of the routers in one request.
@usableFromInline
struct UnresolvedDependencies: Sendable {
    fileprivate let all: [RouterDependency.Unresolved]

    @usableFromInline
    func resolve() throws {
        for one in all { try one.resolve() }
    }

    @usableFromInline
    func resolveAwaiting() async throws {
        for one in all { try await one.resolveAwaiting() }
    }
}
