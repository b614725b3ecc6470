public import Messages

/// Declares endpoints of one method: the type of `get`, `post` and the others of `Routes`.
public struct RouteBuilder: Sendable {
    private let method: Method
    private(set) var declared: [Operation] = []

    init(_ method: Method) {
        self.method = method
    }

    /// Declares an endpoint with a synchronous handler. It may block, and so runs on the blocking pool, unless you pass
    /// `run: .inline`.
    /// - Parameters:
    ///   - path: `{name}` matches a segment, which a `Path(name)` must read.
    ///   - name: in snake case. With the path and the method it makes the operation id; nil to make it of those alone.
    ///   - description: for the document: a text, or an `OperationDescription`.
    ///   - middleware: around this endpoint alone, the first outermost.
    ///   - parameters: what the handler takes, in its order.
    ///   - status: of a successful response.
    ///   - ifNil: the status of the error `{"detail":"Not Found"}`, or its like, if the handler returns nil. Without it the
    ///     response is JSON's null.
    ///   - errors: which the handler may throw, for the document.
    ///   - run: where the handler runs.
    ///   - isDocumented: whether the document shows the endpoint.
    ///   - handler: gets the values of the parameters, and returns the response.
    @inlinable
    public mutating func callAsFunction<each Input: Parameter, Value: ResponseConvertible>(
        _ path: String, name: String? = nil, description: OperationDescription = "", middleware: [any Middleware] = [],
        _ parameters: repeat each Input, status: Status = .ok, ifNil: Status? = nil, errors: DocumentedErrors = [],
        run: Execution = .blocking, isDocumented: Bool = true,
        handler: @escaping @Sendable (repeat (each Input).Value) throws -> Value
    ) {
        declare(
            path, name, description, middleware, Operation.declarations(repeat each parameters),
            Operation.documentedStatus(of: Value.self, declared: status), ifNil,
            Operation.documentedContent(of: Value.self, ifNil),
            errors, run, isDocumented
        ) {
            Operation.responder(
                $0, repeat each parameters, status: status, statusOfNil: ifNil, run: run, handler: handler)
        }
    }

    // `@concurrent`, because Swift 6.3.1 miscompiles a nonisolated(nonsending) function type with a parameter pack. The
    // server's executor preference keeps such a function on the loop all the same.
    /// Declares an endpoint with an async handler. It starts and resumes on the loop, which it must not block.
    /// See the first form for the parameters.
    @inlinable
    public mutating func callAsFunction<each Input: Parameter, Value: ResponseConvertible>(
        _ path: String, name: String? = nil, description: OperationDescription = "", middleware: [any Middleware] = [],
        _ parameters: repeat each Input, status: Status = .ok, ifNil: Status? = nil, errors: DocumentedErrors = [],
        isDocumented: Bool = true,
        handler: @escaping @concurrent @Sendable (repeat (each Input).Value) async throws -> Value
    ) {
        declare(
            path, name, description, middleware, Operation.declarations(repeat each parameters),
            Operation.documentedStatus(of: Value.self, declared: status), ifNil,
            Operation.documentedContent(of: Value.self, ifNil),
            errors, .inline, isDocumented
        ) { _ in Operation.responder(repeat each parameters, status: status, statusOfNil: ifNil, handler: handler) }
    }

    /// Declares an endpoint with an async handler, and a synchronous one that answers at once when it can, such as from a
    /// cache: it saves the handler's task. See the first form for the parameters.
    /// - Parameters:
    ///   - handler: called if `inline` throws `WouldBlock`.
    ///   - inline: called first, on the loop, in the pass that reads the request. It must not block.
    @inlinable
    public mutating func callAsFunction<each Input: Parameter, Value: ResponseConvertible>(
        _ path: String, name: String? = nil, description: OperationDescription = "", middleware: [any Middleware] = [],
        _ parameters: repeat each Input, status: Status = .ok, ifNil: Status? = nil, errors: DocumentedErrors = [],
        isDocumented: Bool = true,
        handler: @escaping @concurrent @Sendable (repeat (each Input).Value) async throws -> Value,
        inline: @escaping @Sendable (repeat (each Input).Value) throws -> Value
    ) {
        declare(
            path, name, description, middleware, Operation.declarations(repeat each parameters),
            Operation.documentedStatus(of: Value.self, declared: status), ifNil,
            Operation.documentedContent(of: Value.self, ifNil),
            errors, .inline, isDocumented
        ) {
            Operation.responder(
                $0, repeat each parameters, status: status, statusOfNil: ifNil, handler: handler, inline: inline)
        }
    }

    /// Declares an endpoint with a handler that returns nothing: the response is a 204 without content.
    /// See the first form for the parameters.
    @inlinable
    @_disfavoredOverload
    public mutating func callAsFunction<each Input: Parameter>(
        _ path: String, name: String? = nil, description: OperationDescription = "", middleware: [any Middleware] = [],
        _ parameters: repeat each Input, status: Status = .noContent, errors: DocumentedErrors = [],
        run: Execution = .blocking, isDocumented: Bool = true,
        handler: @escaping @Sendable (repeat (each Input).Value) throws -> Void
    ) {
        declare(
            path, name, description, middleware, Operation.declarations(repeat each parameters), status, nil, nil,
            errors, run,
            isDocumented
        ) {
            Operation.responder(
                $0, repeat each parameters, status: status, statusOfNil: nil, run: run
            ) { (values: repeat (each Input).Value) throws -> NoContent in
                try handler(repeat each values)
                return NoContent()
            }
        }
    }

    /// Declares an endpoint with an async handler that returns nothing: the response is a 204 without content.
    /// See the first form for the parameters.
    @inlinable
    @_disfavoredOverload
    public mutating func callAsFunction<each Input: Parameter>(
        _ path: String, name: String? = nil, description: OperationDescription = "", middleware: [any Middleware] = [],
        _ parameters: repeat each Input, status: Status = .noContent, errors: DocumentedErrors = [],
        isDocumented: Bool = true,
        handler: @escaping @concurrent @Sendable (repeat (each Input).Value) async throws -> Void
    ) {
        declare(
            path, name, description, middleware, Operation.declarations(repeat each parameters), status, nil, nil,
            errors, .inline,
            isDocumented
        ) { _ in
            Operation.responder(
                repeat each parameters, status: status, statusOfNil: nil
            ) { (values: repeat (each Input).Value) async throws -> NoContent in
                try await handler(repeat each values)
                return NoContent()
            }
        }
    }

    /// Chosen for a handler whose result is not a response, so that the compiler says so. Without it, the compiler would choose
    /// the form for handlers that return nothing.
    @inlinable @_disfavoredOverload
    @available(
        *, deprecated,
        message: "a handler must return a Model, another ResponseConvertible, or nothing; API.build rejects this one"
    )
    public mutating func callAsFunction<each Input: Parameter, Other>(
        _ path: String, name: String? = nil, description: OperationDescription = "", middleware: [any Middleware] = [],
        _ parameters: repeat each Input, status: Status = .ok, ifNil: Status? = nil, errors: DocumentedErrors = [],
        run: Execution = .blocking, isDocumented: Bool = true,
        handler: @escaping @Sendable (repeat (each Input).Value) throws -> Other
    ) {
        reject(path, name, returning: "\(Other.self)")
    }

    /// The same for an async handler.
    @inlinable @_disfavoredOverload
    @available(
        *, deprecated,
        message: "a handler must return a Model, another ResponseConvertible, or nothing; API.build rejects this one"
    )
    public mutating func callAsFunction<each Input: Parameter, Other>(
        _ path: String, name: String? = nil, description: OperationDescription = "", middleware: [any Middleware] = [],
        _ parameters: repeat each Input, status: Status = .ok, ifNil: Status? = nil, errors: DocumentedErrors = [],
        isDocumented: Bool = true,
        handler: @escaping @concurrent @Sendable (repeat (each Input).Value) async throws -> Other
    ) {
        reject(path, name, returning: "\(Other.self)")
    }

    @usableFromInline
    mutating func reject(_ path: String, _ name: String?, returning type: String) {
        var operation = Operation(
            method: method, path: path, name: name, description: "", parameters: [], status: .ok, content: nil,
            errors: [], isDocumented: false, makeResponder: { _ in { _ in .now(Response(.internalServerError)) } })
        operation.mistake =
            "its handler returns a \(type), which is not a response; make it a Model, or return nothing"
        declared.append(operation)
    }

    @usableFromInline
    mutating func declare(
        _ path: String, _ name: String?, _ description: OperationDescription, _ middleware: [any Middleware],
        _ parameters: [ParameterDeclaration], _ status: Status, _ statusOfNil: Status?, _ content: ResponseContent?,
        _ errors: DocumentedErrors, _ run: Execution, _ isDocumented: Bool,
        _ responder: (BlockingOperation) -> @Sendable (OperationEnvironment) -> @Sendable (Context) throws -> Answer
    ) {
        let blocking = BlockingOperation(name ?? "\(method) \(path)", threads: run.threads)
        declared.append(
            Operation(
                method: method, path: path, name: name, description: description, parameters: parameters,
                middleware: middleware, status: status, statusOfNil: statusOfNil, content: content, errors: errors,
                isDocumented: isDocumented, blocking: blocking, makeResponder: responder(blocking)))
    }
}
