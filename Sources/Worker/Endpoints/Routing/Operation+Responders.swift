public import Messages

// Handlers become responders here. What runs for each request is inlinable, so that it is compiled for the handler's own
// types.
extension Operation {
    @inlinable
    static func declarations<each Input: Parameter>(_ parameters: repeat each Input) -> [ParameterDeclaration] {
        var declarations: [ParameterDeclaration] = []
        for parameter in repeat each parameters { declarations.append(parameter.declaration) }
        return declarations
    }

    /// Of a synchronous handler.
    @inlinable
    static func responder<each Input: Parameter, Value: ResponseConvertible>(
        _ operation: BlockingOperation, _ parameters: repeat each Input, status: Status, statusOfNil: Status?,
        run: Execution, handler: @escaping @Sendable (repeat (each Input).Value) throws -> Value
    ) -> @Sendable (OperationEnvironment) -> @Sendable (Context) throws -> Answer {
        let own = declarations(repeat each parameters).execution
        return { environment in
            let execution = max(own, environment.execution)
            // A dependency that may block must not run on the loop because the handler does.
            if execution == .async || execution == .blocking && run == .inline {
                return { context in
                    answerLater(context, environment) { issues in
                        let dependencies = try environment.read(from: context, &issues)
                        let unresolved = (repeat try (each parameters).read(from: context, issues: &issues))
                        try check(issues)
                        return {
                            try await dependencies.resolveAwaiting()
                            let values =
                                (repeat try await (each Input).resolve(awaiting: (each unresolved).unwrapped()))
                            if run == .inline {
                                do {
                                    return try response(handler(repeat each values), status, statusOfNil)
                                } catch is WouldBlock {}
                            }
                            return try await context.runBlocking(of: operation) {
                                try response(handler(repeat each values), status, statusOfNil)
                            }
                        }
                    }
                }
            }
            let respond: @Sendable (Context) throws(WouldBlock) -> Response = { context throws(WouldBlock) in
                do {
                    var issues: [Issue] = []
                    let dependencies =
                        environment.hasNoDependencies ? nil : try environment.read(from: context, &issues)
                    let unresolved = (repeat try (each parameters).read(from: context, issues: &issues))
                    if !issues.isEmpty { try check(issues) }
                    try dependencies?.resolve()
                    return try response(
                        handler(repeat try (each Input).resolve((each unresolved).unwrapped())), status, statusOfNil)
                } catch {
                    return try environment.responseUnlessBlocked(to: error, context)
                }
            }
            // On the pool, WouldBlock is an error like any other.
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

    /// Of an async handler. Parameters are read before the handler's task starts.
    @inlinable
    static func responder<each Input: Parameter, Value: ResponseConvertible>(
        _ parameters: repeat each Input, status: Status, statusOfNil: Status?,
        handler: @escaping @concurrent @Sendable (repeat (each Input).Value) async throws -> Value
    ) -> @Sendable (OperationEnvironment) -> @Sendable (Context) throws -> Answer {
        { environment in
            { context in
                answerLater(context, environment) { issues in
                    let dependencies = try environment.read(from: context, &issues)
                    let unresolved = (repeat try (each parameters).read(from: context, issues: &issues))
                    try check(issues)
                    return {
                        try await dependencies.resolveAwaiting()
                        return try response(
                            await handler(
                                repeat try await (each Input).resolve(awaiting: (each unresolved).unwrapped())),
                            status, statusOfNil)
                    }
                }
            }
        }
    }

    /// Of an async handler with an inline one before it. The async handler's task is made only if the inline one throws
    /// `WouldBlock`.
    @inlinable
    static func responder<each Input: Parameter, Value: ResponseConvertible>(
        _ operation: BlockingOperation, _ parameters: repeat each Input, status: Status, statusOfNil: Status?,
        handler: @escaping @concurrent @Sendable (repeat (each Input).Value) async throws -> Value,
        inline: @escaping @Sendable (repeat (each Input).Value) throws -> Value
    ) -> @Sendable (OperationEnvironment) -> @Sendable (Context) throws -> Answer {
        let own = declarations(repeat each parameters).execution
        return { environment in
            let respondAwaiting = responder(
                repeat each parameters, status: status, statusOfNil: statusOfNil, handler: handler)(environment)
            // A dependency that may block must not run on the loop because the handler does.
            guard max(own, environment.execution) == .inline else {
                let respondWithDependencies = responder(
                    repeat each parameters, status: status, statusOfNil: statusOfNil
                ) { (values: repeat (each Input).Value) async throws -> Value in
                    do { return try inline(repeat each values) } catch is WouldBlock {}
                    return try await handler(repeat each values)
                }
                return respondWithDependencies(environment)
            }
            let respondInline = responder(
                operation, repeat each parameters, status: status, statusOfNil: statusOfNil, run: .inline,
                handler: inline)(environment)
            return { context in
                let answer = try respondInline(context)
                if case .blocking = answer { return try respondAwaiting(context) }
                return answer
            }
        }
    }

    /// Reads a request and answers it later, or at once if it is invalid.
    /// - Parameter read: reads the parameters, and returns the function that makes the response.
    @usableFromInline
    static func answerLater(
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
                return await environment.endScopes(outcome, context)
            }
        } catch {
            return .now(environment.response(to: error, context))
        }
    }

    /// The status of a successful response, for the document.
    @usableFromInline
    static func documentedStatus<Value: ResponseConvertible>(of type: Value.Type, declared status: Status) -> Status {
        status == .ok && Value.self is any ContentlessResponse.Type ? .noContent : status
    }

    /// The content of a successful response, for the document: with `ifNil:` it is not null.
    @usableFromInline
    static func documentedContent<Value: ResponseConvertible>(
        of type: Value.Type, _ statusOfNil: Status?
    ) -> ResponseContent? {
        guard statusOfNil != nil, let optional = Value.self as? any OptionalValue.Type else { return Value.content }
        return optional.wrappedContent
    }

    /// Of what a handler has returned. Inlined, because every request passes here.
    @inlinable @inline(__always)
    static func response<Value: ResponseConvertible>(
        _ value: Value, _ status: Status, _ statusOfNil: Status?
    ) throws -> Response {
        if let statusOfNil, let optional = value as? any OptionalValue, optional.isNil {
            throw statusOfNil == .notFound ? NotFoundError() as any Error : HTTPError(statusOfNil)
        }
        return value.response(status)
    }

    /// - Throws: all issues, in the order path, query, headers, cookies, body.
    @usableFromInline
    static func check(_ issues: [Issue]) throws(ValidationError) {
        guard let first = issues.first else { return }
        if issues.count == 1 { throw ValidationError([first]) }
        let locations = ["path", "query", "header", "cookie", "body"].map { Issue.Step.name($0) }
        let known = locations.flatMap { location in issues.filter { $0.location.first == location } }
        let other = issues.filter { issue in !locations.contains { issue.location.first == $0 } }
        throw ValidationError(known + other)
    }
}

/// An optional of any type, or a `Reply` of one.
@usableFromInline
protocol OptionalValue {
    var isNil: Bool { get }
    /// The content of a value that is not nil, for the document.
    static var wrappedContent: ResponseContent? { get }
}

extension Optional: OptionalValue {
    @usableFromInline var isNil: Bool { if case .none = self { true } else { false } }

    @usableFromInline static var wrappedContent: ResponseContent? {
        (Wrapped.self as? any ResponseConvertible.Type)?.content
    }
}
