public import Messages

/// What an endpoint finds around itself when its API is built.
@usableFromInline
struct OperationEnvironment: Sendable {
    let runtime: APIRuntime
    let requirements: [Requirement]

    /// The most that must be done before the handler can run, beside what its own parameters need.
    @usableFromInline var need: ParameterNeed { requirements.map(\.declaration).need }

    /// Whether nothing must be met.
    @usableFromInline let isFree: Bool

    init(_ runtime: APIRuntime, _ requirements: [Requirement]) {
        self.runtime = runtime
        self.requirements = requirements
        isFree = requirements.isEmpty
    }

    /// Finds what must be met.
    @usableFromInline
    func find(_ context: Context, _ issues: inout [Issue]) throws -> Requirements {
        Requirements(found: try requirements.compactMap { try $0.find(context, &issues) })
    }

    /// What a client hears of what a handler, or what it needs, has thrown.
    @usableFromInline
    func response(to error: any Error, _ context: Context) -> Response {
        runtime.errors.response(to: error, context, runtime)
    }

    /// The same, where what found that it would have to wait can be run again.
    @usableFromInline
    func responseUnlessBlocked(to error: any Error, _ context: Context) throws(WouldBlock) -> Response {
        if let known = runtime.errors.plainResponse(to: error, context) { return known }
        if let error = error as? WouldBlock { throw error }
        return response(to: error, context)
    }

    /// Ends what stands around the handler's dependencies, the last one first.
    /// - Returns: the answer: the one that was made, or that of an error on the way.
    @usableFromInline
    func end(_ outcome: Result<Response, any Error>, _ context: Context) async -> Response {
        var outcome = outcome
        // The client has heard that it took too long, or has gone: what nobody is told of must not be kept.
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

/// What must be met in one request.
@usableFromInline
struct Requirements: Sendable {
    let found: [Requirement.Found]

    @usableFromInline
    func meet() throws {
        for one in found { try one.meet() }
    }

    @usableFromInline
    func awaited(_ context: Context) async throws {
        for one in found { try await one.await(context) }
    }
}
