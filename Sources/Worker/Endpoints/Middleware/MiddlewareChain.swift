import Messages

/// Middleware in its order, the outermost first.
struct MiddlewareChain: Sendable {
    private let all: [any Middleware]
    /// The same, if all of it is inline.
    private let inline: [any InlineMiddleware]?

    init(_ all: [any Middleware]) {
        self.all = all
        let inline = all.compactMap { $0 as? any InlineMiddleware }
        self.inline = inline.count == all.count ? inline : nil
    }

    var isEmpty: Bool { all.isEmpty }

    /// Answers a request through the chain.
    /// - Parameter end: the end of the chain, such as the endpoint.
    func answer(
        _ context: Context, _ runtime: APIRuntime, end: @escaping @Sendable (Context) throws -> Answer
    ) throws -> Answer {
        guard let inline else {
            return .later { await run(from: 0, context, runtime, end) }
        }
        var passed = 0
        var answer: Answer?
        do {
            while passed < inline.count {
                if let response = try inline[passed].before(context) {
                    answer = .now(response)
                    break
                }
                passed += 1
            }
        } catch {
            answer = .now(runtime.errors.response(to: error, context, runtime))
        }
        return try (answer ?? end(context)).map { [passed] response in
            var response = response
            for index in (0..<passed).reversed() { inline[index].after(&response, context) }
            return response
        }
    }

    private func run(
        from index: Int, _ context: Context, _ runtime: APIRuntime,
        _ end: @escaping @Sendable (Context) throws -> Answer
    ) async -> Response {
        do {
            guard index < all.count else {
                context.state?.prepareToAnswer()
                return try await end(context).response(in: context)
            }
            return try await all[index].handle(context, next: Next { await run(from: index + 1, $0, runtime, end) })
        } catch {
            return runtime.errors.response(to: error, context, runtime)
        }
    }

    /// What inline middleware makes of a response.
    /// - Returns: nil if some of the middleware is not inline.
    func decorateInline(_ response: Response, _ context: Context) -> Response? {
        guard let inline else { return nil }
        var response = response
        for middleware in inline.reversed() { middleware.after(&response, context) }
        return response
    }
}

extension Answer {
    /// Transforms the response, wherever it is made.
    func map(_ transform: @escaping @Sendable (Response) throws -> Response) rethrows -> Answer {
        switch self {
        case .now(let response): .now(try transform(response))
        case .later(let respond): .later { try transform(try await respond()) }
        case .blocking(let operation, let respond): .blocking(of: operation) { try transform(try respond()) }
        }
    }

    /// The response. Blocking work runs on the pool.
    func response(in context: Context) async throws -> Response {
        switch self {
        case .now(let response): response
        case .later(let respond): try await respond()
        case .blocking(let operation, let respond): try await context.runBlocking(of: operation) { try respond() }
        }
    }
}
