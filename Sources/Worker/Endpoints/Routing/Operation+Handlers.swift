public import Messages

extension Operation {
    @inlinable
    static func declarations<each Piece: Parameter>(_ parameters: repeat each Piece) -> [ParameterDeclaration] {
        var declarations: [ParameterDeclaration] = []
        for parameter in repeat each parameters { declarations.append(parameter.declaration) }
        return declarations
    }

    /// From a handler that is not async.
    @inlinable
    static func answering<each Piece: Parameter, Value: ResponseConvertible>(
        _ operation: BlockingOperation, _ parameters: repeat each Piece, status: Status, statusOfNil: Status?,
        run: Execution, handler: @escaping @Sendable (repeat (each Piece).Value) throws -> Value
    ) -> @Sendable (OperationEnvironment) -> @Sendable (Context) throws -> Answer {
        let own = declarations(repeat each parameters).need
        return { environment in
            let need = max(own, environment.need)
            // What may block must not do so before a handler of the loop.
            if need == .awaiting || need == .blocking && run == .inline {
                return { context in
                    answering(context, environment) { issues in
                        let requirements = try environment.find(context, &issues)
                        let found = (repeat try (each parameters).find(in: context, issues: &issues))
                        try check(issues)
                        return {
                            try await requirements.awaited(context)
                            let values =
                                (repeat try await (each Piece).value(
                                    of: (each found).unwrapped(), awaitingIn: context))
                            if run == .inline {
                                do {
                                    return try response(handler(repeat each values), status, statusOfNil)
                                } catch is WouldBlock {}
                            }
                            return try await context.blocking(of: operation) {
                                try response(handler(repeat each values), status, statusOfNil)
                            }
                        }
                    }
                }
            }
            let respond: @Sendable (Context) throws(WouldBlock) -> Response = { context throws(WouldBlock) in
                do {
                    var issues: [Issue] = []
                    let requirements = environment.isFree ? nil : try environment.find(context, &issues)
                    let found = (repeat try (each parameters).find(in: context, issues: &issues))
                    if !issues.isEmpty { try check(issues) }
                    try requirements?.meet()
                    return try response(
                        handler(repeat try (each Piece).value(of: (each found).unwrapped())), status, statusOfNil)
                } catch {
                    return try environment.responseUnlessBlocked(to: error, context)
                }
            }
            // On the pool there is no other place to go to.
            let respondOnPool: @Sendable (Context) -> Response = { context in
                do {
                    return try respond(context)
                } catch {
                    return environment.response(to: error, context)
                }
            }
            guard run == .inline else { return { context in .blocking(of: operation) { respondOnPool(context) } } }
            return { context in
                do {
                    return .now(try respond(context))
                } catch {
                    return .blocking(of: operation) { respondOnPool(context) }
                }
            }
        }
    }

    /// From a handler that is async. What is wrong with the request is found before it starts.
    @inlinable
    static func answering<each Piece: Parameter, Value: ResponseConvertible>(
        _ parameters: repeat each Piece, status: Status, statusOfNil: Status?,
        handler: @escaping @concurrent @Sendable (repeat (each Piece).Value) async throws -> Value
    ) -> @Sendable (OperationEnvironment) -> @Sendable (Context) throws -> Answer {
        { environment in
            { context in
                answering(context, environment) { issues in
                    let requirements = try environment.find(context, &issues)
                    let found = (repeat try (each parameters).find(in: context, issues: &issues))
                    try check(issues)
                    return {
                        try await requirements.awaited(context)
                        return try response(
                            await handler(
                                repeat try await (each Piece).value(
                                    of: (each found).unwrapped(), awaitingIn: context)),
                            status, statusOfNil)
                    }
                }
            }
        }
    }

    /// Reads a request, and answers it later; at once when something is wrong with it.
    /// - Parameter read: reads the parameters, and returns what makes the answer.
    @usableFromInline
    static func answering(
        _ context: Context, _ environment: OperationEnvironment,
        _ read: (inout [Issue]) throws -> @concurrent @Sendable () async throws -> Response
    ) -> Answer {
        do {
            var issues: [Issue] = []
            let respond = try read(&issues)
            return .later {
                let outcome: Result<Response, any Error>
                do {
                    outcome = .success(try await respond())
                } catch {
                    outcome = .failure(error)
                }
                return await environment.end(outcome, context)
            }
        } catch {
            return .now(environment.response(to: error, context))
        }
    }

    /// What the document says of the status of an answer.
    @usableFromInline
    static func status<Value: ResponseConvertible>(of type: Value.Type, declared status: Status) -> Status {
        status == .ok && Value.self is any ContentlessResponse.Type ? .noContent : status
    }

    /// What the document says of an answer's content: no null where nil is an error.
    @usableFromInline
    static func content<Value: ResponseConvertible>(of type: Value.Type, _ statusOfNil: Status?) -> ResponseContent? {
        guard statusOfNil != nil, let optional = Value.self as? any OptionalValue.Type else { return Value.content }
        return optional.wrappedContent
    }

    /// Of what a handler has returned. Inlined, for every request comes by.
    @inlinable @inline(__always)
    static func response<Value: ResponseConvertible>(
        _ value: Value, _ status: Status, _ statusOfNil: Status?
    ) throws -> Response {
        if let statusOfNil, let optional = value as? any OptionalValue, optional.isNil {
            throw statusOfNil == .notFound ? NotFoundError() as any Error : HTTPError(statusOfNil)
        }
        return value.response(status)
    }

    /// - Throws: all issues, those of the path first, then of the query, of the headers and of the body.
    @usableFromInline
    static func check(_ issues: [Issue]) throws(ValidationError) {
        guard let first = issues.first else { return }
        if issues.count == 1 { throw ValidationError([first]) }
        let places = ["path", "query", "header", "cookie", "body"].map { Issue.Step.name($0) }
        let known = places.flatMap { place in issues.filter { $0.location.first == place } }
        let other = issues.filter { issue in !places.contains { issue.location.first == $0 } }
        throw ValidationError(known + other)
    }
}

/// An optional, whatever it wraps, or an answer of one.
@usableFromInline
protocol OptionalValue {
    var isNil: Bool { get }
    /// What the document says of the value that it wraps.
    static var wrappedContent: ResponseContent? { get }
}

extension Optional: OptionalValue {
    @usableFromInline var isNil: Bool { if case .none = self { true } else { false } }

    @usableFromInline static var wrappedContent: ResponseContent? {
        (Wrapped.self as? any ResponseConvertible.Type)?.content
    }
}
